/**
 * Starts containers and waits until they are healthy: those of a new version, and those of either
 * version after a crash.
 *
 * @module
 */

import { type HaloyError, isHaloyError } from "../../../plugin.ts";
import {
  type Deployment,
  inspectContainer,
  setRestartPolicy,
  startContainer,
} from "./deployment.ts";
import { notStarted } from "./evidence.ts";
import { waitHealthy } from "./health.ts";

/** Start all of the containers. Throws `CONTAINER_EXITED` when one cannot be started. */
export async function startAll(deployment: Deployment, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => start(deployment, id)));
}

/**
 * Wait until all of the containers are healthy, and let the engine keep them running from then
 * on. The first failure ends the waiting for the others.
 */
export async function checkAll(
  deployment: Deployment,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const checks = ids.map(async (id) => {
    try {
      await waitHealthy(deployment, id, either);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(checks);
  either.throwIfAborted();
  await Promise.all(ids.map((id) => setRestartPolicy(deployment.engine, id, "unless-stopped")));
}

/**
 * What `work` found wrong with containers. Null: nothing. Throws what says nothing about them,
 * such as an engine that does not answer.
 */
export async function problemOf(work: () => Promise<unknown>): Promise<HaloyError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (isHaloyError(error) && PROBLEMS.has(error.code)) return error;
    throw error;
  }
}

const PROBLEMS: ReadonlySet<string> = new Set(["CONTAINER_EXITED", "CONTAINER_UNHEALTHY"]);

async function start(deployment: Deployment, id: string): Promise<void> {
  const { engine } = deployment;
  try {
    await startContainer(engine, id);
  } catch (cause) {
    if (isHaloyError(cause) && cause.code === "ENGINE_UNREACHABLE") throw cause;
    throw await notStarted(deployment, await inspectContainer(engine, id), cause);
  }
}
