/**
 * Waits until a started container is healthy and has stayed so for as long as the config wants.
 *
 * By Docker's HEALTHCHECK where the image has one, else over HTTP for an app with a domain; an
 * app without a domain (a worker) is healthy while it runs.
 *
 * @module
 */

import { LABELS } from "../../../engine/containers.ts";
import type { ContainerInspect } from "../../../engine/types.ts";
import { addressOf, type Deployment, inspectContainer } from "./deployment.ts";
import { exited, gone, nameOf, seconds, unhealthy } from "./evidence.ts";
import { byHealthcheck, hasHealthcheck, longestHealthcheckMs } from "./healthcheck.ts";
import { pause } from "./pause.ts";
import { isHealthy, type Probe, probe, type Verdict } from "./probe.ts";

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1000;
/** A worker that crashes does so in its first second more often than not. */
const WORKER_SECONDS = 1;
/** While nothing else happens, say so this often. */
const SAY_EVERY_MS = 5000;
/** From the end of a process to the engine's knowledge of it. */
const ENDING_MS = 200;
const NO_PROBE: Probe = { status: null, body: "", error: null };

/** Which container is looked at. */
interface Look {
  readonly id: string;
  /** How often it had been restarted before. */
  readonly restarts: number;
  readonly signal: AbortSignal;
}

/**
 * Wait for one container.
 *
 * @throws `CONTAINER_EXITED` as soon as it ends or restarts, `CONTAINER_UNHEALTHY`, and the
 * signal's reason.
 */
export async function waitHealthy(
  deployment: Deployment,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { log, healthTimeoutSeconds } = deployment;
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  const first = await inspectContainer(deployment.engine, id, signal);
  const restarts = first?.RestartCount ?? 0;
  const limitMs = Math.max(healthTimeoutSeconds * 1000, first ? longestHealthcheckMs(first) : 0);
  const look = { id, restarts, signal };
  let nextLine = SAY_EVERY_MS;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const seen = await running(deployment, look, elapsed());
    const verdict = await examine(seen, signal);
    if (verdict.state === "healthy") {
      const how = `is healthy after ${seconds(elapsed())} (${verdict.said})`;
      log("info", `Container ${nameOf(seen)} ${how}`);
      return await stayHealthy(deployment, seen, look);
    }
    if (verdict.state === "unhealthy" || elapsed() >= limitMs) {
      const when = verdict.state === "unhealthy" ? seconds(elapsed()) : `${limitMs / 1000} s`;
      const how = `did not become healthy within ${when}: ${verdict.said}`;
      throw await unhealthy(deployment, await lastLook(deployment, look, elapsed), {
        ...verdict,
        how,
      });
    }
    if (elapsed() >= nextLine) {
      nextLine += SAY_EVERY_MS;
      const since = `${Math.round(elapsed() / 1000)} s`;
      log("info", `Waiting for container ${nameOf(seen)} for ${since}: ${verdict.said}`);
    }
    await pause(wait, signal);
  }
}

/** Look once a second until `min_ready_seconds` are over. */
async function stayHealthy(
  deployment: Deployment,
  first: ContainerInspect,
  look: Look,
): Promise<void> {
  const wanted = Number(first.Config.Labels?.[LABELS.minReadySeconds] ?? 0);
  const needed = isWorker(first) ? Math.max(wanted, WORKER_SECONDS) : wanted;
  if (needed === 0) return;
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  while (elapsed() < needed * 1000) {
    await pause(Math.min(1000, needed * 1000 - elapsed()), look.signal);
    const seen = await running(deployment, look, elapsed());
    const verdict = await examine(seen, look.signal);
    if (verdict.state === "healthy") continue;
    const how = `did not stay healthy for ${needed} s: ${verdict.said}`;
    throw await unhealthy(deployment, await lastLook(deployment, look, elapsed), {
      ...verdict,
      how,
    });
  }
  deployment.log("info", `Container ${nameOf(first)} stayed so for ${needed} s`);
}

/** The container, which must run and must not have been restarted meanwhile. */
async function running(
  deployment: Deployment,
  { id, restarts, signal }: Look,
  afterMs: number,
): Promise<ContainerInspect> {
  signal.throwIfAborted();
  const seen = await inspectContainer(deployment.engine, id, signal);
  if (!seen) throw gone(deployment, id);
  const { Running, Restarting } = seen.State;
  if (Running && !Restarting && (seen.RestartCount ?? 0) <= restarts) return seen;
  throw await exited(deployment, seen, afterMs);
}

/** A container that does not answer may be ending: the engine hears of that a moment later. */
async function lastLook(
  deployment: Deployment,
  look: Look,
  elapsed: () => number,
): Promise<ContainerInspect> {
  await pause(ENDING_MS, look.signal);
  return await running(deployment, look, elapsed());
}

async function examine(seen: ContainerInspect, signal: AbortSignal): Promise<Verdict> {
  if (hasHealthcheck(seen.State)) return byHealthcheck(seen.State.Health);
  if (isWorker(seen)) return { state: "healthy", said: "it runs", probe: NO_PROBE };
  const labels = seen.Config.Labels ?? {};
  const path = labels[LABELS.healthCheckPath] ?? "/";
  const upstream = addressOf(seen);
  if (upstream === null) {
    return { state: "waiting", said: "it has no address yet", probe: NO_PROBE };
  }
  const answer = await probe({ upstream, path, hostName: hostNameIn(labels) }, signal);
  const port = upstream.slice(upstream.lastIndexOf(":"));
  const said = `GET ${path} on ${port}: ${answer.error ?? answer.status}`;
  return { state: isHealthy(answer) ? "healthy" : "waiting", said, probe: answer };
}

/** The app's first domain. For a wildcard, one of the names it stands for. */
function hostNameIn(labels: Readonly<Record<string, string>>): string | null {
  return labels[`${LABELS.domain}0`]?.replace(/^\*/, "health-check") ?? null;
}

/** An app without a domain: nobody sends it requests. */
function isWorker({ Config, State }: ContainerInspect): boolean {
  if (hasHealthcheck(State)) return false;
  return Config.Labels?.[`${LABELS.domain}0`] === undefined;
}
