/**
 * Small images for tests of the push, made with nothing but an engine's API and busybox.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pack } from "tar-stream";
import { EngineClient, engineAddress } from "../../engine/client.ts";
import type { ImageInspect } from "../../engine/types.ts";
import type { LocalImage } from "../../plugin.ts";

/** The engine at `host`. */
export function engineAt(host: string): EngineClient {
  return new EngineClient(engineAddress({ DOCKER_HOST: host }));
}

/** Build an image from a Dockerfile and files. Busybox is always at `busybox` in the context. */
export async function buildImage(
  engine: EngineClient,
  reference: string,
  dockerfile: string,
  files: Readonly<Record<string, Uint8Array | string>> = {},
): Promise<LocalImage> {
  const context = pack();
  const mtime = new Date(0);
  context.entry({ name: "Dockerfile", mtime }, dockerfile);
  context.entry({ name: "busybox", mode: 0o755, mtime }, await readFile("/bin/busybox"));
  for (const [name, data] of Object.entries(files)) {
    context.entry({ name, mtime }, Buffer.from(data));
  }
  context.finalize();
  const said = await text(
    await engine.stream("/build", {
      method: "POST",
      // A shared cache would vanish with the images of another test.
      query: { t: reference, version: 1, forcerm: true, nocache: true },
      headers: { "content-type": "application/x-tar" },
      body: context as unknown as Readable,
    }),
  );
  if (said.includes('"errorDetail"')) throw new Error(said);
  return await localImage(engine, reference);
}

/** The image as a build plugin would describe it. */
export async function localImage(engine: EngineClient, reference: string): Promise<LocalImage> {
  const image = await engine.json<ImageInspect>(`/images/${reference}/json`);
  const variant = image.Variant ? `/${image.Variant}` : "";
  const platform = `${image.Os}/${image.Architecture}${variant}`;
  return {
    reference,
    id: image.Id,
    diffIds: image.RootFS.Layers ?? [],
    platform,
    platforms: [platform],
  };
}

/** Run a container of the image to its end. Gives back what it printed. */
export async function runImage(engine: EngineClient, reference: string): Promise<string> {
  const { Id } = await engine.json<{ Id: string }>("/containers/create", {
    method: "POST",
    json: { Image: reference, Tty: true, HostConfig: { NetworkMode: "none" } },
  });
  try {
    await engine.call(`/containers/${Id}/start`, { method: "POST" });
    await engine.json(`/containers/${Id}/wait`, { method: "POST" });
    return await text(await engine.stream(`/containers/${Id}/logs`, { query: { stdout: true } }));
  } finally {
    await engine.call(`/containers/${Id}`, { method: "DELETE", query: { force: true } });
  }
}

/** Remove images by reference or ID, those that are there. */
export async function removeImages(engine: EngineClient, ...names: string[]): Promise<void> {
  for (const name of names) {
    await engine.call(`/images/${name}`, {
      method: "DELETE",
      query: { force: true },
      expect: [404, 409],
    });
  }
}
