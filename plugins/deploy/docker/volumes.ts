/**
 * What a release's containers mount: named volumes are made when they are missing, and never
 * removed; what is mounted from the server's file system must be there.
 *
 * For a path that is missing `docker run --volume` makes an empty directory that belongs to root,
 * also where a file was meant. Here it is an error: a misspelt path would otherwise bring up a
 * healthy app without its data.
 *
 * @module
 */

import { type EngineClient, engineSaid, rejectedStatus } from "../../../engine/client.ts";
import { ensureVolume } from "../../../engine/volumes.ts";
import { fail, parseVolume, type Release, type Volume } from "../../../plugin.ts";
import { labelsOf } from "./container.ts";
import type { Deployment } from "./deployment.ts";
import { settingRefused } from "./refusal.ts";

/**
 * Make sure that everything is there that the containers mount.
 *
 * @throws `VOLUME_SOURCE_NOT_FOUND`, `SETTING_REFUSED`.
 */
export async function prepareVolumes(deployment: Deployment, imageId: string): Promise<void> {
  const { engine, release } = deployment;
  const volumes = release.target.volumes.map((text) => readVolume(release, text));
  const binds = volumes.filter(({ kind }) => kind === "bind");
  if (binds.length > 0) await checkSources(engine, release, imageId, binds);
  for (const { kind, source } of volumes) {
    if (kind === "named") await ensureVolume(engine, release.app, source);
  }
}

/**
 * Only the engine knows its server's files, and it looks at them for mounts of this form. So it
 * is asked to create a container that is never started.
 */
async function checkSources(
  engine: EngineClient,
  release: Release,
  Image: string,
  binds: readonly Volume[],
): Promise<void> {
  const Mounts = binds.map(({ source, path }) => ({
    Type: "bind",
    Source: source,
    Target: path,
    ReadOnly: true,
  }));
  // With its labels the container is found again should the daemon die in this moment.
  const json = { Image, Cmd: ["-"], Labels: labelsOf(release), HostConfig: { Mounts } };
  try {
    const created = { method: "POST", json } as const;
    const { Id } = await engine.json<{ readonly Id: string }>("/containers/create", created);
    const query = { force: true, v: true };
    await engine.call(`/containers/${Id}`, { method: "DELETE", query, expect: [404] });
  } catch (cause) {
    const missing = /bind source path does not exist: (.+)$/.exec(engineSaid(cause))?.[1];
    if (rejectedStatus(cause) === 0 || missing === undefined) {
      throw settingRefused(release, cause) ?? cause;
    }
    throw fail("VOLUME_SOURCE_NOT_FOUND", {
      message: `Cannot deploy "${release.app}": the server has no "${missing}", which its "volumes" mount`,
      hint: `Make it on the server ("mkdir -p ${missing}", for the user that the app runs as), or name a volume: "data:/path"`,
      cause,
    });
  }
}

function readVolume({ app }: Release, text: string): Volume {
  const volume = parseVolume(text);
  if (!("problem" in volume)) return volume;
  throw fail("SETTING_REFUSED", {
    message: `Cannot deploy "${app}": its volume "${text}" ${volume.problem}`,
    hint: `Correct "volumes" in the config`,
  });
}
