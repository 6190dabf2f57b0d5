/**
 * Prints the figures of a benchmark, each goal with whether it was met.
 *
 * @module
 */

import Table from "cli-table3";
import type { StartUp } from "./start-up.ts";

/** One way to move the image, in medians. */
export interface Move {
  readonly name: string;
  /** The whole command, build included. */
  readonly seconds: number;
  readonly buildSeconds: number;
  readonly pushSeconds: number;
  readonly deploySeconds: number;
  /** Both directions, between the command and haloyd. */
  readonly wireBytes: number;
  readonly saveLoadSeconds: number;
}

/** What is the same for all of them. */
export interface Surroundings {
  readonly containerStartSeconds: number;
  readonly idleBytes: number;
  readonly peakBytes: number;
  readonly cliPeakBytes: number;
}

const MB = 1_000_000;

/** Print the moves and their goals. */
export function printMoves(moves: readonly Move[], around: Surroundings): void {
  const table = plain([
    "",
    "command s",
    "build s",
    "push s",
    "deploy s",
    "wire bytes",
    "save|load s",
    "push / save|load",
    "(command − build) / save|load",
  ]);
  for (const move of moves) {
    table.push([
      move.name,
      ...[move.seconds, move.buildSeconds, move.pushSeconds, move.deploySeconds].map(seconds),
      String(move.wireBytes),
      seconds(move.saveLoadSeconds),
      seconds(move.pushSeconds / move.saveLoadSeconds),
      seconds((move.seconds - move.buildSeconds) / move.saveLoadSeconds),
    ]);
  }
  console.log(`\n${table.toString()}`);
  const [, unchanged, changed] = moves;
  if (!unchanged || !changed) return;
  const { containerStartSeconds, idleBytes, peakBytes, cliPeakBytes } = around;
  const beyond = unchanged.pushSeconds + unchanged.deploySeconds - containerStartSeconds;
  console.log(`\nThe engine's own start of a container: ${seconds(containerStartSeconds)} s`);
  goal(
    "push of a change in the 3 MB layer / save|load",
    changed.pushSeconds / changed.saveLoadSeconds,
    0.5,
  );
  goal("unchanged redeploy, push and deploy beyond the container's start (s)", beyond, 0.3);
  goal("unchanged redeploy on the wire (KB)", unchanged.wireBytes / 1000, 20);
  console.log(`  haloyd's memory when idle: ${(idleBytes / MB).toFixed(0)} MB`);
  goal("haloyd's memory at its peak (MB)", peakBytes / MB, 200);
  goal("the command's memory at its peak (MB)", cliPeakBytes / MB, 200);
}

/** Print the start-up times and their goal. */
export function printStartUp(results: readonly StartUp[]): void {
  const table = plain([
    "runtime",
    "empty script ms",
    "haloy --version ms",
    "ratio",
    "haloy validate-config ms",
    "ratio",
  ]);
  for (const { runtime, emptyMs, versionMs, validateMs } of results) {
    table.push([
      runtime,
      emptyMs.toFixed(0),
      versionMs.toFixed(0),
      (versionMs / emptyMs).toFixed(2),
      validateMs.toFixed(0),
      (validateMs / emptyMs).toFixed(2),
    ]);
  }
  console.log(`\n${table.toString()}`);
  for (const { runtime, emptyMs, versionMs } of results) {
    goal(`start-up / empty script under ${runtime}`, versionMs / emptyMs, 3);
  }
}

function plain(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] } });
}

function seconds(value: number): string {
  return value.toFixed(2);
}

function goal(what: string, value: number, limit: number): void {
  console.log(
    `  ${value <= limit ? "met    " : "NOT MET"} ${what}: ${value.toFixed(2)} (goal ≤ ${limit})`,
  );
}
