/**
 * The way back: the old version serves, and nothing of the new one is left. Safe to repeat.
 *
 * @module
 */

import type { AppContainer } from "../../../engine/containers.ts";
import { fail, isHaloyError, reasonOf } from "../../../plugin.ts";
import { checkAll, problemOf, startAll } from "./bring-up.ts";
import {
  containersOf,
  countContainers,
  type Deployment,
  inspectContainer,
  stopAll,
  stopAndRemove,
  upstreamsOf,
} from "./deployment.ts";

/**
 * What never served gets less time to end than what did. In replace mode nothing serves until
 * it has ended.
 */
export const STOP_SECONDS = 5;

/** Why the way back is taken, and from where. */
export interface Reason {
  /** What went wrong before. */
  readonly because?: unknown;
  /** Whether the app's traffic may go elsewhere than it did before the deployment. */
  readonly moved: boolean;
}

/**
 * Bring the old version back. Gives back its containers. Each step waits for the one before: the
 * new version is not removed while traffic may still go to it.
 *
 * @throws `DEPLOYMENT_UNDO_INCOMPLETE`, caused by `because`, when a step failed: to be repeated.
 */
export async function restore(
  deployment: Deployment,
  { because, moved }: Reason,
): Promise<AppContainer[]> {
  const { host, engine, log, release } = deployment;
  let step = "starting the old version again";
  try {
    const restarted = await startAgain(deployment);
    const { mine, others } = await containersOf(deployment);
    const serving = others.filter(isServing(deployment));
    const previous = host.previous ?? serving[0]?.deployment;

    step = "routing to the old version";
    if ((moved || restarted) && previous !== undefined) {
      await host.route(upstreamsOf(serving), previous);
    }

    step = "removing the new version";
    if (mine.length > 0) log("info", `Removing ${countContainers(mine.length)} of the new version`);
    await stopAndRemove(engine, mine, STOP_SECONDS);
    return serving;
  } catch (problem) {
    if (isLeaseLost(problem)) throw problem;
    throw fail("DEPLOYMENT_UNDO_INCOMPLETE", {
      message: `Cannot undo the deployment of "${release.app}" yet: ${step} failed: ${reasonOf(problem)}`,
      hint: "haloyd tries again until it is done",
      cause: because ?? problem,
    });
  }
}

/** Another deployment of the app is in charge by now. */
export function isLeaseLost(error: unknown): boolean {
  return isHaloyError(error) && error.code === "LEASE_LOST";
}

/** Start what ended because of this deployment. Gives back whether there was anything. */
async function startAgain(deployment: Deployment): Promise<boolean> {
  const { engine, log } = deployment;
  const { mine } = await containersOf(deployment);
  const ended = await endedMeanwhile(deployment);
  if (ended.length === 0) return false;
  log("info", `Starting ${countContainers(ended.length)} of the old version again`);
  // What the old version needs, the new one must not hold: a port, a lock, memory.
  await stopAll(engine, mine, STOP_SECONDS);
  const ids = ended.map(({ id }) => id);
  await startAll(deployment, ids);
  const problem = await problemOf(() => checkAll(deployment, ids, new AbortController().signal));
  // It is what there is: trying again would not make it better.
  if (problem) log("error", `The old version is not healthy: ${problem.message}`);
  return true;
}

/**
 * Containers of the old version that ended after the first new container was made: stopped by
 * this deployment, or by an engine that went away. What was stopped before stays stopped.
 */
async function endedMeanwhile(deployment: Deployment): Promise<AppContainer[]> {
  const { engine } = deployment;
  const { mine, others } = await containersOf(deployment);
  const made = await Promise.all(mine.map(({ id }) => inspectContainer(engine, id)));
  const began = Math.min(...made.map((one) => (one ? Date.parse(one.Created) : Infinity)));
  const ended: AppContainer[] = [];
  for (const one of others.filter(isPrevious(deployment))) {
    if (one.state !== "exited") continue;
    const seen = await inspectContainer(engine, one.id);
    if (seen && Date.parse(seen.State.FinishedAt) >= began) ended.push(one);
  }
  return ended;
}

/** Of several old deployments only the last one served. */
function isPrevious({ host }: Deployment): (container: AppContainer) => boolean {
  return ({ deployment }) => host.previous === null || deployment === host.previous;
}

function isServing(deployment: Deployment): (container: AppContainer) => boolean {
  const previous = isPrevious(deployment);
  return (container) => container.state === "running" && previous(container);
}
