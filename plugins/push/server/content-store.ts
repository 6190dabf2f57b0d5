/**
 * Reads layers straight from containerd's content store on this computer: only those that are
 * asked for, and nothing through the engine. Needs the right to read there, which is root's;
 * without it, it gives nothing.
 *
 * @module
 */

import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { EngineClient } from "../../../engine/client.ts";
import type { EngineInfo } from "../../../engine/types.ts";
import type { LocalImage } from "../../../plugin.ts";
import { openBlob } from "./blob.ts";
import { readable, readOrNull } from "./overlay2.ts";
import { isConfigOf, type LayerSource, UnreadableLayer } from "./source.ts";

/** Below the engine's directory when it runs containerd itself, else where a system's one is. */
const OWN = "containerd/daemon/io.containerd.content.v1.content/blobs/sha256";
const SYSTEM = "/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256";
/** How deep indexes may be in indexes. */
const MAX_DEPTH = 3;

/** A manifest, or an index of them, as far as we read it. */
interface Manifest {
  readonly manifests?: readonly { readonly digest: string }[];
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
}

/** The source for the content store, when it is here. */
export function contentStore(engine: EngineClient): LayerSource {
  return {
    name: "containerd's content store",
    async *read({ image, layers, signal }) {
      if (!("socketPath" in engine.address)) return;
      const { DockerRootDir } = await engine.json<EngineInfo>("/info", { signal });
      for (const directory of [join(DockerRootDir, OWN), SYSTEM]) {
        const found = await findManifest(directory, image.id, image, MAX_DEPTH);
        if (!found) continue;
        yield { kind: "config", bytes: found.config };
        for (const diffId of layers) {
          const blob = found.layers[image.diffIds.indexOf(diffId)];
          if (!blob) continue;
          const bytes = () => readable(readBlob(join(directory, hex(blob.digest))));
          yield { kind: "layer", digest: diffId, diffId, bytes };
        }
        return;
      }
    },
  };
}

/** The manifest whose configuration is the image's: of several platforms, and of attestations. */
async function findManifest(
  directory: string,
  digest: string,
  image: LocalImage,
  depth: number,
): Promise<{ config: Uint8Array; layers: readonly { digest: string }[] } | null> {
  const bytes = await readOrNull(join(directory, hex(digest)));
  if (!bytes || depth === 0) return null;
  const { manifests = [], config, layers } = parse(bytes);
  if (config && layers?.length === image.diffIds.length) {
    const content = await readOrNull(join(directory, hex(config.digest)));
    return content && isConfigOf(content, image) ? { config: content, layers } : null;
  }
  for (const { digest: inner } of manifests) {
    const found = await findManifest(directory, inner, image, depth - 1);
    if (found) return found;
  }
  return null;
}

async function* readBlob(path: string): AsyncGenerator<Uint8Array, void, void> {
  const blob = await openBlob(createReadStream(path));
  if (blob.kind !== "layer") throw new UnreadableLayer(`"${path}" is no layer`);
  yield* blob.bytes();
}

function parse(bytes: Uint8Array): Manifest {
  try {
    return JSON.parse(Buffer.from(bytes).toString()) ?? {};
  } catch {
    return {};
  }
}

function hex(digest: string): string {
  return /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] ?? "none";
}
