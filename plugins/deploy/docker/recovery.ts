/**
 * A deployment in which the daemon died: back to the old version, or on to the new one.
 *
 * @module
 */

import type { ImageInspect } from "../../../engine/types.ts";
import { type DeployOutcome, fail } from "../../../plugin.ts";
import {
  containersOf,
  type Deployment,
  outcomeOf,
  startContainer,
  upstreamsOf,
} from "./deployment.ts";
import { restore } from "./restore.ts";
import { checkAll, removeOthers } from "./run.ts";

/** Bring the old version back. Gives back what serves, which may be nothing. */
export async function undo(deployment: Deployment): Promise<DeployOutcome> {
  const serving = await restore(deployment);
  const imageId = serving[0]?.imageId ?? (await imageIdOf(deployment));
  return outcomeOf(serving, imageId);
}

/**
 * Go on with the new version, whose traffic was switched or about to be.
 *
 * @throws `DEPLOYMENT_INTERRUPTED` after bringing the old version back, when the new one is gone
 * or does not become healthy.
 */
export async function finish(deployment: Deployment): Promise<DeployOutcome> {
  const { engine, host } = deployment;
  const { mine } = await containersOf(deployment);
  const [first] = mine;
  if (!first) throw await interrupted(deployment, "its containers are gone");
  try {
    await Promise.all(mine.map(({ id }) => startContainer(engine, id)));
    const ids = mine.map(({ id }) => id);
    await checkAll(deployment, ids, new AbortController().signal);
  } catch (cause) {
    throw await interrupted(deployment, "its containers did not become healthy again", cause);
  }
  const healthy = (await containersOf(deployment)).mine;
  await host.route(upstreamsOf(healthy));
  await removeOthers(deployment);
  return outcomeOf(healthy, first.imageId);
}

async function interrupted(deployment: Deployment, why: string, cause?: unknown): Promise<Error> {
  await restore(deployment);
  return fail("DEPLOYMENT_INTERRUPTED", {
    message: `Cannot finish the deployment of "${deployment.release.app}" that was interrupted: ${why}`,
    hint: "The version before it serves, if there was one. Deploy again",
    cause,
  });
}

/** For an outcome without containers: something must stand there. */
async function imageIdOf({ engine, release }: Deployment): Promise<string> {
  const wanted = release.imageId ?? release.image;
  const image = await engine.jsonOrNull<ImageInspect>(`/images/${wanted}/json`);
  return image?.Id ?? wanted;
}
