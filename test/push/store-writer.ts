/**
 * Adds and removes layers in a store until it is killed, to see what a kill leaves.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { LayerStore } from "../../daemon/layers/store.ts";
import { EngineClient } from "../../engine/client.ts";
import { PART_SIZE } from "../../wire/layers.ts";
import { frameBuffers, packPart } from "../../wire/parts.ts";

const pack = (bytes: Uint8Array) => packPart(bytes, frameBuffers());

const [directory = ""] = process.argv.slice(2);
const digestOf = (bytes: Uint8Array) =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
// A new store for every layer, so that no layer counts as one whose image is being sent.
const open = () => new LayerStore({ directory, engine: new EngineClient({ socketPath: "/none" }) });

await open().recover();
console.log("ready");
const kept: string[] = [];
for (;;) {
  const bytes = Buffer.alloc(PART_SIZE + 1000);
  randomBytes(2000).copy(bytes);
  const diffId = digestOf(bytes);
  const store = open();
  await store.putPart(diffId, 1, await pack(bytes.subarray(PART_SIZE)));
  await store.putPart(diffId, 0, await pack(bytes.subarray(0, PART_SIZE)));
  await store.complete(diffId, { diffId, size: bytes.byteLength, parts: 2 });
  const blob = gzipSync(randomBytes(5000));
  kept.push((await store.addBlob(digestOf(blob), stream(blob))).diffId, diffId);
  await open().removeUnused(new Set(kept.slice(-4)));
}

async function* stream(bytes: Uint8Array) {
  yield bytes;
}
