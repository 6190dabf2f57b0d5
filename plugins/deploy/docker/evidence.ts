/**
 * Failures of containers as errors that carry what is needed to understand them.
 *
 * @module
 */

import { containerLogs, HOST_NETWORK, LABELS } from "../../../engine/containers.ts";
import type { ContainerInspect } from "../../../engine/types.ts";
import { fail, type HaloyError, Masker, reasonOf } from "../../../plugin.ts";
import { causeOfEnd, causeOfSilence } from "./cause.ts";
import { addressOf, type Deployment } from "./deployment.ts";
import { type ListeningPort, listeningPorts, openPorts } from "./ports.ts";
import type { Probe } from "./probe.ts";

const LOG_LINES = 50;

/** The details of `CONTAINER_EXITED` and `CONTAINER_UNHEALTHY`. */
export interface Evidence {
  readonly container: string;
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  readonly probe: Probe | null;
  readonly logs: readonly string[];
}

/** The error for a container that ended, or that restarts, while it was being checked. */
export async function exited(
  deployment: Deployment,
  seen: ContainerInspect,
  afterMs: number,
): Promise<HaloyError> {
  const { ExitCode, OOMKilled = false, Restarting, Running } = seen.State;
  const container = nameOf(seen);
  const logs = await lastLines(deployment, seen.Id);
  // The exit code of a container that was started again is lost.
  const exitCode = Running && !Restarting ? null : ExitCode;
  const evidence: Evidence = { container, exitCode, outOfMemory: OOMKilled, probe: null, logs };
  const how = exitCode === null ? "was restarted" : `exited with code ${exitCode}`;
  return fail("CONTAINER_EXITED", {
    message: `Cannot deploy "${deployment.release.app}": container ${container} ${how} after ${seconds(afterMs)}${OOMKilled ? ", out of memory" : ""}${quote(logs)}`,
    hint: causeOfEnd(
      { exitCode, outOfMemory: OOMKilled, text: logs.join("\n") },
      deployment.release.target,
    ),
    details: evidence,
  });
}

/** The error for a container that the engine could not start. */
export async function notStarted(
  deployment: Deployment,
  seen: ContainerInspect | null,
  cause: unknown,
): Promise<HaloyError> {
  const container = seen ? nameOf(seen) : "(gone)";
  const code = seen?.State.ExitCode;
  const exitCode = code === undefined || code === 0 ? null : code;
  const logs = seen ? await lastLines(deployment, seen.Id) : [];
  const said = maskerOf(deployment).mask(reasonOf(cause));
  const evidence: Evidence = { container, exitCode, outOfMemory: false, probe: null, logs };
  return fail("CONTAINER_EXITED", {
    message: `Cannot deploy "${deployment.release.app}": container ${container} could not be started: ${said}${quote(logs)}`,
    hint: causeOfEnd({ exitCode, outOfMemory: false, text: said }, deployment.release.target),
    details: evidence,
    cause,
  });
}

/** The error for a container that is not there any more. */
export function gone({ release }: Deployment, id: string): HaloyError {
  const container = id.slice(0, 12);
  return fail("CONTAINER_EXITED", {
    message: `Cannot deploy "${release.app}": container ${container} was removed by somebody else`,
    hint: "Find out who removes containers on the server, then deploy again",
    details: { container, exitCode: null, outOfMemory: false, probe: null, logs: [] },
  });
}

/** The error for a container that runs but is not healthy. `how` says it in words. */
export async function unhealthy(
  deployment: Deployment,
  seen: ContainerInspect,
  { how, probe, advice }: { readonly how: string; readonly probe: Probe; readonly advice?: string },
): Promise<HaloyError> {
  const container = nameOf(seen);
  const logs = await lastLines(deployment, seen.Id);
  const shown = { ...probe, body: maskerOf(deployment).mask(probe.body) };
  const labels = seen.Config.Labels ?? {};
  const wanted = {
    port: Number(labels[LABELS.port] ?? 8080),
    path: labels[LABELS.healthCheckPath] ?? "/",
  };
  const refused = probe.error === "connection refused";
  const listening = refused ? await portsOf(seen) : null;
  const body =
    shown.body.trim() === "" ? "" : `\nThe answer's body:\n${indent([shown.body.trim()])}`;
  const evidence: Evidence = { container, exitCode: null, outOfMemory: false, probe: shown, logs };
  return fail("CONTAINER_UNHEALTHY", {
    message: `Cannot deploy "${deployment.release.app}": container ${container} ${how}${body}${quote(logs)}`,
    hint: advice ?? causeOfSilence(probe, wanted, listening),
    details: evidence,
  });
}

/** A container's name without the engine's slash. */
export function nameOf({ Name }: ContainerInspect): string {
  return Name.replace(/^\//, "");
}

/** `1.2 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

async function portsOf(seen: ContainerInspect): Promise<ListeningPort[] | null> {
  // There others listen, too.
  if (seen.HostConfig.NetworkMode === HOST_NETWORK) return null;
  const listening = await listeningPorts(seen.State.Pid, seen.Config.Hostname);
  const address = addressOf(seen)?.replace(/:\d+$/, "");
  return listening ?? (address ? await openPorts(address) : null);
}

async function lastLines(deployment: Deployment, id: string): Promise<string[]> {
  const masker = maskerOf(deployment);
  const lines: string[] = [];
  try {
    const options = { tail: LOG_LINES, follow: false };
    for await (const line of containerLogs(deployment.engine, id, options))
      lines.push(masker.mask(line));
  } catch {
    // The evidence is worth having without the log, too.
  }
  return lines.slice(-LOG_LINES);
}

/** Hides the secrets of the release's environment. */
function maskerOf({ release }: Deployment): Masker {
  const masker = new Masker();
  for (const { value } of release.env) if (typeof value !== "string") masker.add(value);
  return masker;
}

function quote(lines: readonly string[]): string {
  return lines.length === 0
    ? "\nIt has not written any log"
    : `\nIts last log lines:\n${indent(lines)}`;
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}
