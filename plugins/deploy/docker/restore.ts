/**
 * The way back: the old version serves, and nothing of the new one is left. Safe to repeat.
 *
 * @module
 */

import { type AppContainer, stopContainer } from "../../../engine/containers.ts";
import { reasonOf } from "../../../plugin.ts";
import {
  containersOf,
  countContainers,
  type Deployment,
  inspectContainer,
  startContainer,
  stopAndRemove,
  upstreamsOf,
} from "./deployment.ts";
import { waitHealthy } from "./health.ts";

/**
 * What never served gets less time to end than what did. In replace mode nothing serves until
 * it has ended.
 */
const STOP_SECONDS = 5;

/**
 * Bring the old version back. Gives back its containers. Never throws: what could not be done
 * is said in the deployment's log, and the error that led here is the one to report.
 */
export async function restore(deployment: Deployment): Promise<AppContainer[]> {
  const { host, engine } = deployment;
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      host.log("error", `${what} failed: ${reasonOf(error)}`);
    }
  };
  let serving: AppContainer[] = [];
  await attempt("Bringing the old version back", async () => {
    const { mine } = await containersOf(deployment);
    const stopped = await stoppedForThis(deployment);
    if (stopped.length > 0) {
      host.log("info", `Starting ${countContainers(stopped.length)} of the old version again`);
      // What the old version needs, the new one must not hold: a port, a lock, memory.
      await Promise.all(mine.map(({ id }) => stopContainer(engine, id, STOP_SECONDS)));
      await Promise.all(stopped.map(({ id }) => startContainer(engine, id)));
      const { signal } = new AbortController();
      await Promise.all(
        stopped.map(({ id, name }) =>
          attempt(`Waiting for the old container ${name}`, () =>
            waitHealthy(deployment, id, signal),
          ),
        ),
      );
    }
    serving = (await containersOf(deployment)).others.filter(isServing(deployment));
    const upstreams = upstreamsOf(serving);
    const previous = host.previous ?? serving[0]?.deployment;
    if (previous === undefined) return;
    await attempt("Routing to the old version", () => host.route(upstreams, previous));
  });
  await attempt("Removing the new version", async () => {
    const { mine } = await containersOf(deployment);
    if (mine.length === 0) return;
    host.log("info", `Removing ${countContainers(mine.length)} of the new version`);
    await stopAndRemove(engine, mine, STOP_SECONDS);
  });
  return serving;
}

/**
 * Containers of the old version that this deployment has stopped: those that ended after the
 * first new container was made. What the user had stopped before stays stopped.
 */
async function stoppedForThis(deployment: Deployment): Promise<AppContainer[]> {
  const { engine, host, release } = deployment;
  if (release.target.deploymentStrategy !== "replace") return [];
  const { mine, others } = await containersOf(deployment);
  if (mine.length === 0 && host.mode === "finish") {
    return others.filter((one) => one.state === "exited" && one.deployment === host.previous);
  }
  const made = await Promise.all(mine.map(({ id }) => inspectContainer(engine, id)));
  const began = Math.min(...made.map((one) => (one ? Date.parse(one.Created) : Infinity)));
  const stopped: AppContainer[] = [];
  for (const one of others) {
    if (one.state !== "exited") continue;
    const seen = await inspectContainer(engine, one.id);
    if (seen && Date.parse(seen.State.FinishedAt) >= began) stopped.push(one);
  }
  return stopped;
}

/** Of several old deployments only the last one served. */
function isServing({ host }: Deployment): (container: AppContainer) => boolean {
  return ({ deployment, state }) =>
    state === "running" && (host.previous === null || deployment === host.previous);
}
