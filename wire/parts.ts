/**
 * Cutting a stream into parts, and the zstd frame around each.
 *
 * @module
 */

import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import { MAX_FRAME_SIZE, PART_SIZE } from "./layers.ts";
import { Buffers, Pieces } from "./memory.ts";

/** What a zstd stream allocates at a time. */
const CHUNK_SIZE = 128 * 1024;

/** Memory for parts. */
export function partBuffers(): Buffers {
  return new Buffers(PART_SIZE);
}

/** Memory for frames. */
export function frameBuffers(): Buffers {
  return new Buffers(MAX_FRAME_SIZE);
}

/**
 * The bytes of a stream in parts of {@link PART_SIZE}; the last one is what is left. An empty
 * stream has no parts. Who gets a part gives its memory back to `buffers`.
 */
export async function* cutParts(
  chunks: AsyncIterable<Uint8Array>,
  buffers: Buffers,
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

/**
 * One part as a zstd frame, in memory from `frames`. Level 3 compresses faster than most links
 * carry what comes out.
 */
export async function packPart(part: Uint8Array, frames: Buffers): Promise<Buffer<ArrayBuffer>> {
  const packing = createZstdCompress({
    chunkSize: CHUNK_SIZE,
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  });
  packing.end(part);
  const pieces = new Pieces(CHUNK_SIZE);
  const frame = frames.take();
  let size = 0;
  for await (const piece of packing as AsyncIterable<Buffer>) {
    frame.set(piece, size);
    size += piece.byteLength;
    pieces.add(piece);
  }
  pieces.free();
  return frame.subarray(0, size);
}

/**
 * The bytes of a part, piece by piece. Throws when `frame` is not a zstd frame, or holds more
 * than a part; a frame that was cut off is an error on some runtimes only.
 */
export async function* unpackPart(frame: Uint8Array): AsyncGenerator<Buffer, void, void> {
  const unpacking = createZstdDecompress({ chunkSize: CHUNK_SIZE });
  unpacking.end(frame);
  let size = 0;
  for await (const piece of unpacking as AsyncIterable<Buffer>) {
    size += piece.byteLength;
    if (size > PART_SIZE) throw new RangeError(`a part has more than ${PART_SIZE} bytes`);
    yield piece;
  }
}

/** {@link unpackPart} for who looks at each piece once: its memory is gone afterwards. */
export async function readPart(frame: Uint8Array, look: (piece: Buffer) => void): Promise<void> {
  const pieces = new Pieces(CHUNK_SIZE);
  for await (const piece of unpackPart(frame)) {
    look(piece);
    pieces.add(piece);
  }
  pieces.free();
}
