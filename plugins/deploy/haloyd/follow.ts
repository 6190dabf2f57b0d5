/**
 * Following a deployment: its events as they happen, across dropped connections, and its record
 * at the end.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import {
  type DeployOutcome,
  fail,
  HaloyError,
  type HookContext,
  type ServerConnection,
} from "../../../plugin.ts";
import type { DeploymentAnswer } from "../../../wire/routes.ts";
import { readEvents } from "./sse.ts";

/** How long a daemon may be away before we give up: a restart takes seconds (milliseconds). */
const PATIENCE_MS = 120_000;
const RETRY_MS = 500;
/** How long a cancelled deployment may take to clean up behind itself (milliseconds). */
const CANCEL_PATIENCE_MS = 60_000;

/**
 * Follow a deployment until haloyd's record has a final state.
 *
 * @throws the deployment's own error, or `DAEMON_UNREACHABLE` when haloyd stays away.
 */
export async function follow(
  server: ServerConnection,
  id: string,
  context: HookContext,
): Promise<DeployOutcome> {
  const path = `/v1/deployments/${id}`;
  const { signal } = context;
  let lastEvent = "0";
  let lostAt: number | null = null;
  for (;;) {
    try {
      const response = await server.request(`${path}/events`, {
        headers: { accept: "text/event-stream, application/json", "last-event-id": lastEvent },
        signal,
      });
      if (lostAt !== null) {
        lostAt = null;
        context.log("info", "Connected to haloyd again");
      }
      let broken: unknown = null;
      try {
        for await (const { id: seq, data } of readEvents(response)) {
          lastEvent = seq || lastEvent;
          context.relay(JSON.parse(data));
        }
      } catch (error) {
        signal.throwIfAborted();
        broken = error;
      }
      // Asked for in any case: there are proxies that let no stream of events through.
      const outcome = outcomeOf(await server.json<DeploymentAnswer>(path, { signal }));
      if (outcome) return outcome;
      if (broken !== null) throw broken;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof HaloyError && error.code !== "DAEMON_UNREACHABLE") throw error;
      if (lostAt === null) {
        lostAt = Date.now();
        context.log("warn", "The connection to haloyd broke: the deployment goes on, reconnecting");
      }
      if (Date.now() - lostAt > PATIENCE_MS) throw error;
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** Cancel a deployment and wait until haloyd has cleaned up, as far as it can be reached. */
export async function cancelDeployment(
  server: ServerConnection,
  id: string,
  context: Pick<HookContext, "log">,
): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_PATIENCE_MS);
  const path = `/v1/deployments/${id}`;
  try {
    await server.request(`${path}/cancel`, { method: "POST", signal });
    for (;;) {
      const { state, finishedAt } = await server.json<DeploymentAnswer>(path, { signal });
      if (finishedAt !== null) {
        const said = state === "cancelled" ? "was cancelled" : `had ${state} already`;
        context.log("info", `The deployment on the server ${said}`);
        return;
      }
      await sleep(RETRY_MS, undefined, { signal });
    }
  } catch (error) {
    // Cancelled before the server knew of it: nothing to clean up there.
    if (error instanceof HaloyError && error.code === "DEPLOYMENT_NOT_FOUND") return;
    context.log("warn", `The server was not told of the cancellation: deployment ${id} may go on`);
  }
}

function outcomeOf({ id, app, state, error, outcome }: DeploymentAnswer): DeployOutcome | null {
  if (state === "succeeded" && outcome) return outcome;
  if (state !== "failed" && state !== "cancelled") return null;
  if (error) throw new HaloyError(error.code, error);
  throw fail("DEPLOYMENT_FAILED", { message: `Deployment ${id} of "${app}" ${state}` });
}
