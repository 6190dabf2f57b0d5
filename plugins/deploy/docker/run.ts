/**
 * A new deployment, from its checks to the removal of what it replaced.
 *
 * Rolling starts the new containers beside the old ones; replace stops the old ones first. All
 * else is the same, the way back included: until traffic is switched, any failure brings the
 * old version back and leaves nothing of the new one.
 *
 * @module
 */

import type { AppContainer } from "../../../engine/containers.ts";
import { type DeployOutcome, reasonOf } from "../../../plugin.ts";
import { checkAll, startAll } from "./bring-up.ts";
import {
  containersOf,
  countContainers,
  type Deployment,
  outcomeOf,
  stopAll,
  stopAndRemove,
  upstreamsOf,
} from "./deployment.ts";
import { checkName, takeName } from "./naming.ts";
import { prepareNetwork } from "./network.ts";
import { checkImage, createReplicas, removeEarlier } from "./prepare.ts";
import { isLeaseLost, restore } from "./restore.ts";
import { prepareVolumes } from "./volumes.ts";

/**
 * Run the release. Throws what went wrong, after the old version is back.
 *
 * @throws `DEPLOYMENT_UNDO_INCOMPLETE`, caused by what went wrong, when it is not back.
 */
export async function run(deployment: Deployment, signal: AbortSignal): Promise<DeployOutcome> {
  const { release, host, log } = deployment;
  host.enter("preparing");
  const imageId = await checkImage(deployment);
  await checkName(deployment);
  await removeEarlier(deployment);
  await prepareNetwork(deployment);
  let moved = false;
  const route: typeof host.route = async (upstreams, serving) => {
    moved = true;
    await host.route(upstreams, serving);
  };
  let serving: readonly AppContainer[];
  try {
    await prepareVolumes(deployment, imageId);
    const ids = await createReplicas(deployment, imageId);
    signal.throwIfAborted();

    host.enter("starting");
    if (release.target.deploymentStrategy === "replace") await stopOthers(deployment, route);
    signal.throwIfAborted();
    log("info", `Starting ${countContainers(ids.length)}`);
    await startAll(deployment, ids);

    host.enter("checking");
    await checkAll(deployment, ids, signal);
    signal.throwIfAborted();

    host.enter("switching");
    serving = (await containersOf(deployment)).mine;
    await route(upstreamsOf(serving));
  } catch (error) {
    // Somebody else is in charge of this app by now: whatever we did would be wrong.
    if (isLeaseLost(error)) throw error;
    await restore(deployment, { because: error, moved });
    throw error;
  }
  return outcomeOf(await settle(deployment, serving), imageId);
}

/**
 * The new version serves: remove what it has replaced, and give it the app's name where it is to
 * have that. Gives back its containers with the names they have now.
 */
export async function settle(
  deployment: Deployment,
  serving: readonly AppContainer[],
): Promise<readonly AppContainer[]> {
  await removeOthers(deployment);
  return await takeName(deployment, serving);
}

/** Nothing here may call the new version a failure. */
async function removeOthers(deployment: Deployment): Promise<void> {
  const { engine, log } = deployment;
  try {
    const { others } = await containersOf(deployment);
    if (others.length === 0) return;
    log(
      "info",
      `The new version serves. Removing ${countContainers(others.length)} of the old one, which may take 20 s to stop`,
    );
    await stopAndRemove(engine, others);
  } catch (error) {
    log("warn", `Not everything of the old version was removed: ${reasonOf(error)}`);
  }
}

async function stopOthers(
  deployment: Deployment,
  route: Deployment["host"]["route"],
): Promise<void> {
  const { engine, host, log } = deployment;
  const { others } = await containersOf(deployment);
  const running = others.filter(({ state }) => state !== "exited" && state !== "created");
  if (running.length === 0) return;
  // The engine gives a stopped container's address to whatever starts next, of any app.
  if (host.previous !== null) await route([], host.previous);
  log("info", `Stopping ${countContainers(running.length)} of the old version`);
  await stopAll(engine, running);
}
