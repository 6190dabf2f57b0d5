/**
 * A layer that comes as one raw blob, the way the stock Haloy CLI sends it: the bytes of
 * `docker save`, plain or gzip.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { cutParts, frameBuffers, packPart, partBuffers } from "../../wire/parts.ts";
import { sync, writeWhole } from "./durable.ts";
import { corrupt } from "./requests.ts";
import type { Measured } from "./upload.ts";

/** What was stored. */
export interface StoredBlob extends Measured {
  readonly parts: number;
  /** Bytes as they came. */
  readonly received: number;
}

/**
 * Cut a blob into parts in `directory`, streaming. Throws `LAYER_CORRUPT` when its bytes do not
 * hash to `digest` or are no gzip though they begin like it.
 */
export async function storeBlob(
  directory: string,
  digest: string,
  blob: AsyncIterable<Uint8Array>,
): Promise<StoredBlob> {
  const raw = createHash("sha256");
  const layer = createHash("sha256");
  let received = 0;
  let size = 0;
  let parts = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of blob) {
      raw.update(chunk);
      received += chunk.byteLength;
      yield chunk;
    }
  }
  const buffers = partBuffers();
  const frames = frameBuffers();
  for await (const part of cutParts(inflate(counted(), digest), buffers)) {
    layer.update(part);
    size += part.byteLength;
    const path = join(directory, String(parts++));
    const frame = await packPart(part, frames);
    buffers.release(part);
    await writeWhole(path, frame);
    frames.release(frame);
    await sync(path);
  }
  if (`sha256:${raw.digest("hex")}` !== digest) {
    throw corrupt(`Cannot accept layer ${digest}: the bytes that arrived have another digest`);
  }
  return { digest: `sha256:${layer.digest("hex")}`, size, parts, received };
}

/** The bytes themselves, or what they unpack to when they begin like gzip. */
async function* inflate(
  chunks: AsyncGenerator<Uint8Array>,
  digest: string,
): AsyncGenerator<Uint8Array> {
  const first = await chunks.next();
  if (first.done) return;
  async function* all(head: Uint8Array): AsyncGenerator<Uint8Array> {
    yield head;
    yield* chunks;
  }
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* all(first.value);
    return;
  }
  const gunzip = pipeline(Readable.from(all(first.value)), createGunzip(), () => {});
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw (cause as { code?: string }).code?.startsWith("Z_")
      ? corrupt(`Cannot accept layer ${digest}: it is not valid gzip`, cause)
      : cause;
  }
}
