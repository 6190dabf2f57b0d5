/**
 * Everything that can be found wrong with a release before any container of the app is touched,
 * and its new containers, created but not started.
 *
 * @module
 */

import { type EngineClient, rejectedStatus } from "../../../engine/client.ts";
import { removeContainer } from "../../../engine/containers.ts";
import type { ImageInspect } from "../../../engine/types.ts";
import { fail, type Release } from "../../../plugin.ts";
import { containerSpec } from "./container.ts";
import { containersOf, type Deployment } from "./deployment.ts";
import { containerName, containerNamed, nameTaken } from "./naming.ts";
import { settingRefused } from "./refusal.ts";

/** Answer to `POST /containers/create`. */
interface Created {
  readonly Id: string;
  /** What the engine does not do of what it was asked for, such as a limit its kernel lacks. */
  readonly Warnings?: readonly string[] | null;
}

/** Processors that run another one's programs themselves. */
const ALSO_RUNS: Readonly<Record<string, readonly string[]>> = { amd64: ["386"], arm64: ["arm"] };

/**
 * Check the release's image against the target and the server. Gives back its ID.
 *
 * @throws `IMAGE_NOT_FOUND`, `IMAGE_PLATFORM_MISMATCH`, `PORT_NOT_EXPOSED`.
 */
export async function checkImage({ engine, release }: Deployment): Promise<string> {
  const { app, image: reference, imageId } = release;
  const wanted = imageId ?? reference;
  const image = await engine.jsonOrNull<ImageInspect>(`/images/${wanted}/json`);
  if (!image) {
    throw fail("IMAGE_NOT_FOUND", {
      message: `Cannot deploy "${app}": the server has no image "${reference}"`,
      hint: "Deploy again so that the image is sent or pulled again",
    });
  }
  await checkPlatform(engine, release, image);
  checkPort(release, image);
  return image.Id;
}

async function checkPlatform(
  engine: EngineClient,
  { app }: Release,
  image: ImageInspect,
): Promise<void> {
  const server = await engine.json<{ readonly Os: string; readonly Arch: string }>("/version");
  const runs = [server.Arch, ...(ALSO_RUNS[server.Arch] ?? [])];
  if (image.Os === server.Os && runs.includes(image.Architecture)) return;
  throw fail("IMAGE_PLATFORM_MISMATCH", {
    message: `Cannot deploy "${app}": its image is for ${image.Os}/${image.Architecture}, the server is ${server.Os}/${server.Arch}`,
    hint: `Build it with "platform: ${server.Os}/${server.Arch}" under "image: build_config:"`,
  });
}

function checkPort({ app, target }: Release, image: ImageInspect): void {
  if (target.domains.length === 0) return;
  const exposed = Object.keys(image.Config?.ExposedPorts ?? {})
    .filter((port) => !port.endsWith("/udp") && !port.endsWith("/sctp"))
    .map((port) => port.replace("/tcp", ""));
  if (exposed.length === 0 || exposed.includes(String(target.port))) return;
  throw fail("PORT_NOT_EXPOSED", {
    message: `Cannot deploy "${app}": its image exposes port ${exposed.join(", ")}, the config says ${target.port}`,
    hint: `Write "port: ${exposed[0]}" in the config, or "EXPOSE ${target.port}" in the Dockerfile`,
  });
}

/**
 * Create the containers of all replicas, none of them started. Gives back their IDs, by replica.
 *
 * @throws `CONTAINER_NAME_TAKEN`, `SETTING_REFUSED`.
 */
export async function createReplicas(deployment: Deployment, imageId: string): Promise<string[]> {
  const ids: string[] = [];
  for (let replica = 1; replica <= deployment.release.target.replicas; replica += 1) {
    ids.push(await createReplica(deployment, imageId, replica));
  }
  return ids;
}

/** Remove what an earlier attempt of the same deployment left. */
export async function removeEarlier(deployment: Deployment): Promise<void> {
  const { mine } = await containersOf(deployment);
  for (const { id } of mine) await removeContainer(deployment.engine, id);
}

async function createReplica(
  { engine, log, release }: Deployment,
  imageId: string,
  replica: number,
): Promise<string> {
  const name = containerName(release, replica);
  try {
    const { Id, Warnings } = await engine.json<Created>("/containers/create", {
      method: "POST",
      query: { name },
      json: containerSpec(release, imageId, replica),
    });
    for (const warning of Warnings ?? []) log("warn", `Docker on the server says: ${warning}`);
    return Id;
  } catch (cause) {
    const holder = rejectedStatus(cause) === 409 ? await containerNamed(engine, name) : null;
    if (holder) throw nameTaken(release, holder, cause);
    throw settingRefused(release, cause) ?? cause;
  }
}
