/**
 * Shows a run while it goes on: live on a terminal, one line per fact elsewhere, every event
 * as one line of JSON with `--json`.
 *
 * @module
 */

import process from "node:process";
import type { Stamped } from "../../core/events.ts";
import { stderr, stdout } from "../output.ts";
import { type Fact, Facts } from "./facts.ts";

/** One reader of a run's events. */
export interface Reporter {
  event(event: Stamped): void;
  /** A line of the command itself. */
  note(text: string): void;
  /** No more events: leave the terminal as it was. */
  close(): void;
}

/** How a command wants its run shown. */
export interface ReporterOptions {
  readonly json: boolean;
  /** Show the lines of the deployment's log. Default true. */
  readonly logs?: boolean;
  /** Show only what is important, and what goes on where someone watches. Default false. */
  readonly quiet?: boolean;
}

/** The reporter that fits the terminal and the options. */
export async function openReporter({
  json,
  logs = true,
  quiet = false,
}: ReporterOptions): Promise<Reporter> {
  if (json) return new JsonReporter(logs);
  const { live } = stdout;
  const facts = new Facts({ debug: process.env.HALOY_DEBUG === "1", logs, live, quiet });
  if (!live) return new PlainReporter(facts);
  const { LiveReporter } = await import("./live.ts");
  return new LiveReporter(facts);
}

/** Print a fact on its stream. */
export function printFact({ important, text }: Fact): void {
  (important ? stderr : stdout).line(text);
}

class PlainReporter implements Reporter {
  readonly #facts: Facts;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  event(event: Stamped): void {
    const fact = this.#facts.of(event);
    if (fact) printFact(fact);
  }

  note(text: string): void {
    stderr.line(text);
  }

  close(): void {}
}

class JsonReporter implements Reporter {
  readonly #logs: boolean;

  constructor(logs: boolean) {
    this.#logs = logs;
  }

  event(event: Stamped): void {
    // The command's last line is the error, also where no run began.
    if (event.type === "run:fail") return;
    if (event.type !== "deployment:log" || this.#logs) stdout.raw(JSON.stringify(event));
  }

  note(text: string): void {
    stderr.line(text);
  }

  close(): void {}
}
