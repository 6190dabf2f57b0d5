/**
 * Cutting a stream into parts, and the zstd frame around each.
 *
 * @module
 */

import { promisify } from "node:util";
import { constants, createZstdDecompress, zstdCompress } from "node:zlib";
import { PART_SIZE } from "./layers.ts";

/** Small pieces: what is thrown away after use must not pile up before it is collected. */
const CHUNK_SIZE = 128 * 1024;
const compress = promisify(zstdCompress);

/** Memory for parts, used again and again: fresh memory for each would pile up, too. */
export class PartBuffers {
  readonly #free: Buffer<ArrayBuffer>[] = [];

  /** {@link PART_SIZE} bytes of whatever was there before. */
  take(): Buffer<ArrayBuffer> {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(PART_SIZE);
  }

  /** Give the memory of a part back. Nobody may read the part afterwards. */
  release(part: Buffer<ArrayBuffer>): void {
    this.#free.push(Buffer.from(part.buffer));
  }
}

/**
 * The bytes of a stream in parts of {@link PART_SIZE}; the last one is what is left. An empty
 * stream has no parts. Who gets a part gives its memory back to `buffers`.
 */
export async function* cutParts(
  chunks: AsyncIterable<Uint8Array>,
  buffers: PartBuffers,
): AsyncGenerator<Buffer<ArrayBuffer>, void, void> {
  let part = buffers.take();
  let filled = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (rest.byteLength > 0) {
      const piece = rest.subarray(0, PART_SIZE - filled);
      part.set(piece, filled);
      filled += piece.byteLength;
      rest = rest.subarray(piece.byteLength);
      if (filled < PART_SIZE) continue;
      yield part;
      part = buffers.take();
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
  else buffers.release(part);
}

/** One part as a zstd frame. Level 3 compresses faster than most links carry what comes out. */
export async function packPart(part: Uint8Array): Promise<Buffer<ArrayBuffer>> {
  return (await compress(part, {
    chunkSize: CHUNK_SIZE,
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  })) as Buffer<ArrayBuffer>;
}

/**
 * The bytes of a part, piece by piece. Throws when `frame` is not a zstd frame, or holds more
 * than a part; a frame that was cut off is an error on some runtimes only.
 */
export async function* unpackPart(frame: Uint8Array): AsyncGenerator<Buffer, void, void> {
  const unpacking = createZstdDecompress({ chunkSize: CHUNK_SIZE });
  unpacking.end(frame);
  let size = 0;
  for await (const chunk of unpacking as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > PART_SIZE) throw new RangeError(`a part has more than ${PART_SIZE} bytes`);
    yield chunk;
  }
}
