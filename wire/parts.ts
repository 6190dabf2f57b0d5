/**
 * Cutting a stream into parts, and the zstd frame around each.
 *
 * @module
 */

import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { PART_SIZE } from "./layers.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/**
 * The bytes of a stream in parts of {@link PART_SIZE}; the last one is what is left.
 * An empty stream has no parts.
 */
export async function* cutParts(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer<ArrayBuffer>, void, void> {
  let part = Buffer.allocUnsafeSlow(PART_SIZE);
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
      part = Buffer.allocUnsafeSlow(PART_SIZE);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

/** One part as a zstd frame. Level 3 compresses faster than most links carry what comes out. */
export async function packPart(part: Uint8Array): Promise<Buffer<ArrayBuffer>> {
  return (await compress(part, {
    chunkSize: 1024 * 1024,
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  })) as Buffer<ArrayBuffer>;
}

/** The bytes of a part. Throws when it is not a zstd frame, or one of more than a part. */
export async function unpackPart(frame: Uint8Array): Promise<Buffer> {
  return await decompress(frame, { chunkSize: 1024 * 1024, maxOutputLength: PART_SIZE });
}
