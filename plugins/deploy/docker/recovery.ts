/**
 * A deployment in which the daemon died: back to the old version, or on to the new one.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { AppContainer } from "../../../engine/containers.ts";
import type { ImageInspect } from "../../../engine/types.ts";
import { type DeployOutcome, fail, type HaloyError, reasonOf } from "../../../plugin.ts";
import { checkAll, problemOf, startAll } from "./bring-up.ts";
import { containersOf, type Deployment, outcomeOf, stopAll, upstreamsOf } from "./deployment.ts";
import { isLeaseLost, restore, STOP_SECONDS } from "./restore.ts";
import { settle } from "./run.ts";

/** After a reboot the router may come up later than the daemon. */
const ROUTE_PATIENCE_MS = 20_000;
const ROUTE_FIRST_WAIT_MS = 250;
const ROUTE_LAST_WAIT_MS = 4000;

/** Bring the old version back. Gives back what serves, which may be nothing. */
export async function undo(deployment: Deployment): Promise<DeployOutcome> {
  const serving = await restore(deployment, { moved: true });
  const imageId = serving[0]?.imageId ?? (await imageIdOf(deployment));
  return outcomeOf(serving, imageId);
}

/**
 * Go on with the new version, whose traffic was switched or about to be. It stays, healthy or
 * not, unless the version before it is there and healthy.
 *
 * @throws `DEPLOYMENT_INTERRUPTED` when the old version serves again, or when nothing is left of
 * the new one. Any other error means that nothing is decided: call again.
 */
export async function finish(deployment: Deployment): Promise<DeployOutcome> {
  const { log } = deployment;
  const { mine } = await containersOf(deployment);
  const problem = mine.length > 0 ? await bringUp(deployment, mine) : null;
  const healthy = mine.length > 0 && problem === null;
  if (!healthy) {
    log("warn", problem?.message ?? "The containers of the new version are gone");
    const back = await bringPreviousUp(deployment, mine);
    if (back || mine.length === 0) throw await interrupted(deployment, problem);
    log("warn", "The new version stays although it is not healthy: no other one is");
  }
  const left = (await containersOf(deployment)).mine;
  const routed = await routePatiently(deployment, left);
  const settled = routed && healthy ? await settle(deployment, left) : left;
  return outcomeOf(settled, mine[0]?.imageId ?? (await imageIdOf(deployment)));
}

/** Start containers, those that do not run, and wait for them. Gives back what is wrong with them. */
async function bringUp(
  deployment: Deployment,
  containers: readonly AppContainer[],
): Promise<HaloyError | null> {
  const ids = containers.map(({ id }) => id);
  return await problemOf(async () => {
    await startAll(deployment, ids);
    await checkAll(deployment, ids, new AbortController().signal);
  });
}

/**
 * Make the version before this one run, also where this deployment has stopped it. Gives back
 * whether it is healthy; otherwise everything is as it was.
 */
async function bringPreviousUp(
  deployment: Deployment,
  mine: readonly AppContainer[],
): Promise<boolean> {
  const { engine, host, log, release } = deployment;
  const { others } = await containersOf(deployment);
  const old = others.filter((one) => one.deployment === host.previous);
  if (old.length === 0) return false;
  log("info", "Trying the version before it");
  // What the old version needs, the new one must not hold: a port, a lock, memory.
  const replaces = release.target.deploymentStrategy === "replace";
  if (replaces) await stopAll(engine, mine, STOP_SECONDS);
  const problem = await bringUp(deployment, old);
  if (problem === null) return true;
  log("warn", `The version before it is not healthy: ${problem.message}`);
  if (mine.length === 0) return false;
  const stopped = old.filter(({ state }) => state !== "running");
  await stopAll(engine, stopped, STOP_SECONDS);
  if (replaces)
    await problemOf(() =>
      startAll(
        deployment,
        mine.map(({ id }) => id),
      ),
    );
  return false;
}

/** Route to the new version. False: the router stays away, and where traffic goes is unknown. */
async function routePatiently(
  { host, log }: Deployment,
  containers: readonly AppContainer[],
): Promise<boolean> {
  const deadline = performance.now() + ROUTE_PATIENCE_MS;
  for (let wait = ROUTE_FIRST_WAIT_MS; ; wait = Math.min(wait * 2, ROUTE_LAST_WAIT_MS)) {
    try {
      await host.route(upstreamsOf(containers));
      return true;
    } catch (error) {
      if (isLeaseLost(error)) throw error;
      if (performance.now() + wait >= deadline) {
        log("warn", `The new version runs but is not routed yet: ${reasonOf(error)}`);
        return false;
      }
    }
    await sleep(wait);
  }
}

/** The error to throw, after the way back. */
async function interrupted(deployment: Deployment, cause: HaloyError | null): Promise<HaloyError> {
  const why = cause ? "its containers are not healthy any more" : "its containers are gone";
  const error = fail("DEPLOYMENT_INTERRUPTED", {
    message: `Cannot finish the deployment of "${deployment.release.app}" that was interrupted: ${why}`,
    hint: "The version before it serves, if there was one. Deploy again",
    ...(cause === null ? {} : { cause, details: cause.details }),
  });
  await restore(deployment, { because: error, moved: true });
  return error;
}

/** For an outcome without containers: something must stand there. */
async function imageIdOf({ engine, release }: Deployment): Promise<string> {
  const wanted = release.imageId ?? release.image;
  const image = await engine.jsonOrNull<ImageInspect>(`/images/${wanted}/json`);
  return image?.Id ?? wanted;
}
