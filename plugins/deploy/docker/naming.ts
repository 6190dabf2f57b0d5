/**
 * Names of containers. Each is created under a name of its deployment; with static naming the one
 * that has taken over gets the app's name alone, once the one before it needs it no more. So at
 * every moment before that the way back is the same as without.
 *
 * @module
 */

import type { EngineClient } from "../../../engine/client.ts";
import { type AppContainer, LABELS } from "../../../engine/containers.ts";
import type { ContainerInspect } from "../../../engine/types.ts";
import { fail, type HaloyError, type Release, reasonOf } from "../../../plugin.ts";
import { type Deployment, inspectContainer } from "./deployment.ts";

/** The name under which one replica's container is created: that of the stock haloyd. */
export function containerName({ app, deployment, target }: Release, replica: number): string {
  const name = `${app}-${deployment}`;
  return target.replicas > 1 ? `${name}-r${replica}` : name;
}

/** Whether the release's container has the app's name alone. */
export function isStatic({ target }: Release): boolean {
  return target.namingStrategy === "static";
}

/**
 * Check that the app's name is free for its container, or its own already.
 *
 * @throws `CONTAINER_NAME_TAKEN`.
 */
export async function checkName({ engine, release }: Deployment): Promise<void> {
  if (!isStatic(release)) return;
  const holder = await containerNamed(engine, release.app);
  if (holder && ownerOf(holder) !== release.app) throw nameTaken(release, holder);
}

/** The container of that very name. Null when there is none. */
export async function containerNamed(
  engine: EngineClient,
  name: string,
): Promise<ContainerInspect | null> {
  const found = await inspectContainer(engine, name);
  // The engine also answers to the beginning of a container's ID.
  return found?.Name === `/${name}` ? found : null;
}

/** The error for a name that somebody else's container has. */
export function nameTaken({ app }: Release, holder: ContainerInspect, cause?: unknown): HaloyError {
  const name = holder.Name.slice(1);
  const owner = ownerOf(holder);
  return fail("CONTAINER_NAME_TAKEN", {
    message: `Cannot deploy "${app}": a container "${name}" exists that ${owner ? `belongs to the app "${owner}"` : "Haloy did not make"}`,
    hint: `Rename or remove it ("docker rename ${name} …" on the server), then deploy again`,
    cause,
  });
}

/**
 * Give the new version's container the app's name, when its naming is static. It serves: nothing
 * here may call it a failure. Gives back the containers with the names they have.
 */
export async function takeName(
  { engine, log, release }: Deployment,
  containers: readonly AppContainer[],
): Promise<readonly AppContainer[]> {
  const [first] = containers;
  const { app } = release;
  if (!isStatic(release) || !first || first.name === app) return containers;
  try {
    const holder = await containerNamed(engine, app);
    // An old version that could not be removed.
    if (holder && ownerOf(holder) === app) {
      const deployment = holder.Config.Labels?.[LABELS.deployment];
      await rename(engine, holder.Id, `${app}-${deployment}`);
    }
    await rename(engine, first.id, app);
    return [{ ...first, name: app }, ...containers.slice(1)];
  } catch (error) {
    log("warn", `Container ${first.name} is not named "${app}": ${reasonOf(error)}`);
    return containers;
  }
}

async function rename(engine: EngineClient, id: string, name: string): Promise<void> {
  await engine.call(`/containers/${id}/rename`, { method: "POST", query: { name } });
}

function ownerOf({ Config }: ContainerInspect): string | undefined {
  return Config.Labels?.[LABELS.app];
}
