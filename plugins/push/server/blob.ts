/**
 * What a blob of an OCI layout holds: a small document, or a layer, perhaps compressed.
 *
 * @module
 */

import { pipeline, Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

/** A document is read whole. A longer one is none that we look for. */
const MAX_DOCUMENT = 4 * 1024 * 1024;
/** Where a tar header says that it is one. */
const TAR_MAGIC_AT = 257;

/** A blob. `bytes` of a layer are uncompressed. */
export type Blob =
  | { readonly kind: "document"; readonly bytes: Buffer }
  | { readonly kind: "layer"; bytes(): AsyncIterable<Uint8Array> }
  | { readonly kind: "other" };

/** Find out what a blob is by its first bytes. Its rest is left in `chunks`. */
export async function openBlob(chunks: AsyncIterable<Uint8Array>): Promise<Blob> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  const grow = async (size: number) => {
    while (head.byteLength < size) {
      const { done, value } = await iterator.next();
      if (done) return;
      head = Buffer.concat([head, value]);
    }
  };
  await grow(TAR_MAGIC_AT + 5);
  const all = { [Symbol.asyncIterator]: () => rest(head, iterator) };
  if (head[0] === 0x1f && head[1] === 0x8b) {
    return { kind: "layer", bytes: () => pipeline(Readable.from(all), createGunzip(), () => {}) };
  }
  if (head.byteLength >= 4 && head.readUInt32LE(0) === 0xfd2fb528) {
    return {
      kind: "layer",
      bytes: () => pipeline(Readable.from(all), createZstdDecompress(), () => {}),
    };
  }
  const isTar = head.subarray(TAR_MAGIC_AT, TAR_MAGIC_AT + 5).toString("latin1") === "ustar";
  if (isTar || head[0] !== "{".charCodeAt(0)) return { kind: "layer", bytes: () => all };
  await grow(MAX_DOCUMENT + 1);
  return head.byteLength > MAX_DOCUMENT ? { kind: "other" } : { kind: "document", bytes: head };
}

async function* rest(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  let ended = false;
  try {
    if (head.byteLength > 0) yield head;
    for (;;) {
      const { done, value } = await iterator.next();
      ended = done === true;
      if (ended) return;
      yield value;
    }
  } finally {
    if (!ended) await iterator.return?.();
  }
}
