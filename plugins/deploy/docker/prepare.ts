/**
 * Everything that can be found wrong with a release before any container of the app is touched,
 * and its new containers, created but not started.
 *
 * @module
 */

import { type EngineClient, rejectedStatus } from "../../../engine/client.ts";
import { LABELS, NETWORK, removeContainer } from "../../../engine/containers.ts";
import type { ContainerInspect, ImageInspect } from "../../../engine/types.ts";
import { fail, type Release } from "../../../plugin.ts";
import { containerName, containerSpec } from "./container.ts";
import { containersOf, type Deployment } from "./deployment.ts";

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

/** Make the apps' network where the server has none. */
export async function ensureNetwork(engine: EngineClient): Promise<void> {
  if (await engine.jsonOrNull(`/networks/${NETWORK}`)) return;
  const json = { Name: NETWORK, Driver: "bridge", Attachable: true, CheckDuplicate: true };
  // 409: another deployment made it in this moment.
  await engine.call("/networks/create", { method: "POST", json, expect: [409] });
}

/**
 * Create the containers of all replicas, none of them started. What an earlier attempt of the
 * same deployment left is removed first. Gives back their IDs, by replica.
 */
export async function createReplicas(deployment: Deployment, imageId: string): Promise<string[]> {
  const { engine, release } = deployment;
  const { mine } = await containersOf(deployment);
  for (const { id } of mine) await removeContainer(engine, id);
  const ids: string[] = [];
  for (let replica = 1; replica <= release.target.replicas; replica += 1) {
    ids.push(await createReplica(deployment, imageId, replica));
  }
  return ids;
}

async function createReplica(
  { engine, release }: Deployment,
  imageId: string,
  replica: number,
): Promise<string> {
  const name = containerName(release, replica);
  try {
    const { Id } = await engine.json<{ readonly Id: string }>("/containers/create", {
      method: "POST",
      query: { name },
      json: containerSpec(release, imageId, replica),
    });
    return Id;
  } catch (cause) {
    if (rejectedStatus(cause) !== 409) throw cause;
    const other = await engine.jsonOrNull<ContainerInspect>(`/containers/${name}/json`);
    const owner = other?.Config.Labels?.[LABELS.app];
    throw fail("CONTAINER_NAME_TAKEN", {
      message: `Cannot deploy "${release.app}": a container "${name}" exists that ${owner ? `belongs to the app "${owner}"` : "Haloy did not make"}`,
      hint: `Rename or remove it ("docker rename ${name} …" on the server), then deploy again`,
      cause,
    });
  }
}
