/**
 * Docker's own HEALTHCHECK, where the image has one: what it says, and how long it may take.
 *
 * @module
 */

import type { ContainerInspect } from "../../../engine/types.ts";
import type { Verdict } from "./probe.ts";

type State = ContainerInspect["State"];
type Health = NonNullable<State["Health"]>;

/** The engine counts in nanoseconds. */
const NS_PER_MS = 1_000_000;
/** What the engine takes for a setting that is 0 or absent. */
const DEFAULTS = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3 } as const;

/** Whether Docker checks the container's health. */
export function hasHealthcheck(state: State): state is State & { readonly Health: Health } {
  return state.Health != null && state.Health.Status !== "none";
}

/** What Docker's last check said. */
export function byHealthcheck(health: Health): Verdict {
  const last = health.Log?.at(-1);
  const error = last && last.ExitCode !== 0 ? `exit code ${last.ExitCode}` : null;
  const state =
    health.Status === "healthy" || health.Status === "unhealthy" ? health.Status : "waiting";
  return {
    state,
    said: `HEALTHCHECK: ${health.Status}${error ? `, ${error}` : ""}`,
    probe: { status: null, body: (last?.Output ?? "").slice(0, 500), error },
    advice: "The image's own HEALTHCHECK says so: its last output is above",
  };
}

/**
 * How long Docker may take to say "healthy" or "unhealthy" (milliseconds). 0 without a
 * HEALTHCHECK.
 */
export function longestHealthcheckMs({ State, Config }: ContainerInspect): number {
  if (!hasHealthcheck(State)) return 0;
  const { StartPeriod = 0, Interval = 0, Timeout = 0, Retries = 0 } = Config.Healthcheck ?? {};
  const interval = Interval / NS_PER_MS || DEFAULTS.intervalMs;
  const timeout = Timeout / NS_PER_MS || DEFAULTS.timeoutMs;
  const checks = (Retries || DEFAULTS.retries) + 1;
  return StartPeriod / NS_PER_MS + interval * checks + timeout;
}
