/**
 * Reads layers straight from the directory of a local engine with the overlay2 graph driver:
 * only those that are asked for, and nothing through the engine. Needs the right to read there,
 * which is root's; without it, it gives nothing.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EngineClient } from "../../../engine/client.ts";
import type { EngineInfo } from "../../../engine/types.ts";
import { isConfigOf, type LayerSource, UnreadableLayer } from "./source.ts";
import { rebuildTar } from "./tar-split.ts";

/** The source for the engine's own directory, when it has one here. */
export function overlay2(engine: EngineClient): LayerSource {
  return {
    name: "the engine's overlay2 directory",
    async *read({ image, layers, config, signal }) {
      if (!("socketPath" in engine.address)) return;
      const { Driver, DockerRootDir: root } = await engine.json<EngineInfo>("/info", { signal });
      if (Driver !== "overlay2") return;
      const database = join(root, "image", "overlay2");
      if (config) {
        const bytes = await readOrNull(
          join(database, "imagedb", "content", "sha256", hex(image.id)),
        );
        // Not this engine's directory, then, or one that is not for us to read.
        if (!bytes || !isConfigOf(bytes, image)) return;
        yield { kind: "config", bytes };
      }
      const chains = chainIds(image.diffIds);
      for (const diffId of layers) {
        const chain = chains[image.diffIds.indexOf(diffId)] ?? "";
        const entry = join(database, "layerdb", "sha256", hex(chain));
        const cache = (await readOrNull(join(entry, "cache-id")))?.toString();
        if (!cache || !/^[0-9a-z-]+$/.test(cache)) continue;
        const files = join(root, "overlay2", cache, "diff");
        const bytes = () => readable(rebuildTar(join(entry, "tar-split.json.gz"), files));
        yield { kind: "layer", digest: diffId, diffId, bytes };
      }
    },
  };
}

/** The digest of each layer together with all below it. */
function chainIds(diffIds: readonly string[]): string[] {
  const chains: string[] = [];
  for (const diffId of diffIds) {
    const below = chains.at(-1);
    const sum = (text: string) => createHash("sha256").update(text).digest("hex");
    chains.push(below === undefined ? diffId : `sha256:${sum(`${below} ${diffId}`)}`);
  }
  return chains;
}

/** The same bytes; whatever goes wrong means that they cannot be read from here. */
export async function* readable(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* chunks;
  } catch (cause) {
    throw cause instanceof UnreadableLayer ? cause : new UnreadableLayer(String(cause), { cause });
  }
}

/** A file's content, or null when there is none or it is not for us. */
export async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch {
    return null;
  }
}

function hex(digest: string): string {
  return digest.slice("sha256:".length);
}
