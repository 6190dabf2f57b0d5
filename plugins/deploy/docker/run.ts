/**
 * A new deployment, from its checks to the removal of what it replaced.
 *
 * Rolling starts the new containers beside the old ones; replace stops the old ones first. All
 * else is the same, the way back included: until traffic is switched, any failure brings the
 * old version back and leaves nothing of the new one.
 *
 * @module
 */

import { type AppContainer, stopContainer } from "../../../engine/containers.ts";
import { type DeployOutcome, isHaloyError, reasonOf } from "../../../plugin.ts";
import {
  containersOf,
  countContainers,
  type Deployment,
  inspectContainer,
  outcomeOf,
  setRestartPolicy,
  startContainer,
  stopAndRemove,
  upstreamsOf,
} from "./deployment.ts";
import { notStarted } from "./evidence.ts";
import { waitHealthy } from "./health.ts";
import { checkImage, createReplicas, ensureNetwork } from "./prepare.ts";
import { restore } from "./restore.ts";

/** Run the release. Throws what went wrong, after the old version is back. */
export async function run(deployment: Deployment, signal: AbortSignal): Promise<DeployOutcome> {
  const { release, host, engine } = deployment;
  host.enter("preparing");
  const imageId = await checkImage(deployment);
  await ensureNetwork(engine);
  let serving: readonly AppContainer[];
  try {
    const ids = await createReplicas(deployment, imageId);
    signal.throwIfAborted();

    host.enter("starting");
    if (release.target.deploymentStrategy === "replace") await stopOthers(deployment);
    signal.throwIfAborted();
    host.log("info", `Starting ${countContainers(ids.length)}`);
    await Promise.all(ids.map((id) => start(deployment, id)));

    host.enter("checking");
    await checkAll(deployment, ids, signal);
    signal.throwIfAborted();

    host.enter("switching");
    serving = (await containersOf(deployment)).mine;
    await host.route(upstreamsOf(serving));
  } catch (error) {
    // Somebody else is in charge of this app by now: whatever we did would be wrong.
    if (isHaloyError(error) && error.code === "LEASE_LOST") throw error;
    await restore(deployment);
    throw error;
  }
  await removeOthers(deployment);
  return outcomeOf(serving, imageId);
}

/** Remove what the new version has replaced. It serves: nothing here may call it a failure. */
export async function removeOthers(deployment: Deployment): Promise<void> {
  const { engine, host } = deployment;
  try {
    const { others } = await containersOf(deployment);
    if (others.length === 0) return;
    host.log("info", `Removing ${countContainers(others.length)} of the old version`);
    await stopAndRemove(engine, others);
  } catch (error) {
    host.log("warn", `Not everything of the old version was removed: ${reasonOf(error)}`);
  }
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

async function stopOthers(deployment: Deployment): Promise<void> {
  const { engine, host } = deployment;
  const { others } = await containersOf(deployment);
  const running = others.filter(({ state }) => state !== "exited" && state !== "created");
  if (running.length === 0) return;
  host.log("info", `Stopping ${countContainers(running.length)} of the old version`);
  await Promise.all(running.map(({ id }) => stopContainer(engine, id)));
}

async function start(deployment: Deployment, id: string): Promise<void> {
  const { engine } = deployment;
  try {
    await startContainer(engine, id);
  } catch (cause) {
    if (isHaloyError(cause) && cause.code === "ENGINE_UNREACHABLE") throw cause;
    throw await notStarted(deployment, await inspectContainer(engine, id), cause);
  }
}
