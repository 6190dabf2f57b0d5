import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EngineClient } from "../../engine/client.ts";
import { PART_SIZE } from "../../wire/layers.ts";
import { frameBuffers, packPart } from "../../wire/parts.ts";
import { LayerStore } from "./store.ts";

const pack = (bytes: Uint8Array) => packPart(bytes, frameBuffers());

let directory: string;
let store: LayerStore;

/** No engine answers here: these tests are about layers alone. */
const engine = new EngineClient({ socketPath: "/nonexistent" });
const reopen = () => new LayerStore({ directory, engine });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "haloy-store-"));
  store = reopen();
  await store.recover();
});
afterEach(() => rm(directory, { recursive: true }));

describe("a layer sent in parts", () => {
  test("is kept when the parts come in any order, some of them twice", async () => {
    const layer = await randomLayer(6 * PART_SIZE - 5);
    for (const index of [4, 0, 5, 5, 2, 1, 3, 0]) await layer.put(index);

    expect(await layer.complete()).toEqual({ diffId: layer.diffId, size: layer.bytes.byteLength });
    expect(await store.layer(layer.diffId)).toEqual({
      have: true,
      diffId: layer.diffId,
      parts: [],
    });
  });

  test("is kept when all its parts come at once", async () => {
    const layer = await randomLayer(8 * PART_SIZE);
    await Promise.all([...layer.frames.keys()].flatMap((index) => [index, index].map(layer.put)));

    expect((await layer.complete()).diffId).toBe(layer.diffId);
    expect(store.bytesReceived).toBe(layer.frames.reduce((sum, f) => sum + f.byteLength, 0));
  });

  test("goes on after a restart, and says which parts are here", async () => {
    const layer = await randomLayer(3 * PART_SIZE);
    await layer.put(0);
    await layer.put(2);
    store = reopen();
    await store.recover();

    expect(await store.layer(layer.diffId)).toEqual({ have: false, parts: [0, 2] });
    await layer.put(1);
    expect((await layer.complete()).diffId).toBe(layer.diffId);
  });

  test("is refused while a part is missing, and can be completed later", async () => {
    const layer = await randomLayer(2 * PART_SIZE);
    await layer.put(1);

    await expect(layer.complete()).rejects.toMatchObject({
      code: "API_REQUEST_INVALID",
      message: "Cannot complete the layer: part 0 was not sent",
    });
    await layer.put(0);
    expect((await layer.complete()).diffId).toBe(layer.diffId);
  });

  test("is thrown away when its bytes are not what its digest says", async () => {
    const layer = await randomLayer(2 * PART_SIZE);
    await store.putPart(layer.diffId, 0, await pack(randomBytes(PART_SIZE)));
    await layer.put(1);

    await expect(layer.complete()).rejects.toMatchObject({
      code: "LAYER_CORRUPT",
      details: { status: 400 },
    });
    expect(await store.layer(layer.diffId)).toEqual({ have: false, parts: [] });
    for (const index of [0, 1]) await layer.put(index);
    expect((await layer.complete()).diffId).toBe(layer.diffId);
  });

  test.each([
    ["is no zstd frame", Buffer.from("plain")],
    ["holds more than a part", pack(Buffer.alloc(PART_SIZE + 1))],
  ])("refuses a part that %s", async (_, frame) => {
    const layer = await randomLayer(10);

    await expect(store.putPart(layer.diffId, 0, await frame)).rejects.toMatchObject({
      code: "LAYER_CORRUPT",
    });
    expect((await store.layer(layer.diffId)).parts).toEqual([]);
  });

  test("is found by the digest of the blob it was sent under", async () => {
    const layer = await randomLayer(100);
    const blob = `sha256:${"b".repeat(64)}`;
    await store.putPart(blob, 0, layer.frames[0]!);
    await store.complete(blob, { size: 100, parts: 1 });

    expect(await store.layer(blob)).toEqual({ have: true, diffId: layer.diffId, parts: [] });
    expect(await store.has(layer.diffId)).toBe(true);
  });

  test("may be empty", async () => {
    const layer = await randomLayer(0);
    expect((await layer.complete()).diffId).toBe(layer.diffId);
    expect(await store.has(layer.diffId)).toBe(true);
  });

  test("is readable by nobody else", async () => {
    const layer = await randomLayer(10);
    await layer.put(0);
    await layer.complete();

    for (const name of await readdir(directory, { recursive: true })) {
      const { mode } = await stat(join(directory, name));
      expect([name, mode & 0o077]).toEqual([name, 0]);
    }
  });
});

describe("a layer sent as one blob", () => {
  test.each([
    ["plain", (bytes: Buffer) => bytes],
    ["gzip", (bytes: Buffer) => gzipSync(bytes)],
  ])("is kept under its diff ID: %s", async (_, pack) => {
    const layer = await randomLayer(PART_SIZE + 3);
    const blob = pack(layer.bytes);

    const added = await store.addBlob(digestOf(blob), chunked(blob));

    expect(added).toEqual({ diffId: layer.diffId, size: layer.bytes.byteLength });
    expect([await store.has(digestOf(blob)), await store.has(layer.diffId)]).toEqual([true, true]);
    expect(store.bytesReceived).toBe(blob.byteLength);
  });

  test.each([
    ["has other bytes than its digest says", Buffer.from("other bytes")],
    ["begins like gzip but is not", Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])],
    ["is gzip that was cut off", gzipSync(randomBytes(1000)).subarray(0, 500)],
  ])("is refused when it %s, and leaves nothing", async (title, blob) => {
    const digest = title.includes("other") ? digestOf(Buffer.from("bytes")) : digestOf(blob);

    await expect(store.addBlob(digest, chunked(blob))).rejects.toMatchObject({
      code: "LAYER_CORRUPT",
    });
    expect(await store.has(digest)).toBe(false);
    expect(await readdir(join(directory, "uploads"))).toEqual([]);
  });

  test("leaves nothing when its sender goes away", async () => {
    const layer = await randomLayer(3 * PART_SIZE);
    async function* cut() {
      yield layer.bytes.subarray(0, 2 * PART_SIZE);
      throw new Error("connection lost");
    }

    await expect(store.addBlob(layer.diffId, cut())).rejects.toThrow("connection lost");
    expect(await readdir(join(directory, "uploads"))).toEqual([]);
  });
});

describe("retention", () => {
  test("removes layers that nobody wants, and what led to them", async () => {
    const [kept, dropped] = [await randomLayer(10), await randomLayer(10)];
    for (const { bytes } of [kept, dropped]) {
      const blob = gzipSync(bytes);
      await store.addBlob(digestOf(blob), chunked(blob));
    }
    store = reopen();

    expect(await store.removeUnused(new Set([kept.diffId]))).toEqual([dropped.diffId]);

    expect([await store.has(kept.diffId), await store.has(dropped.diffId)]).toEqual([true, false]);
    expect(await store.has(digestOf(gzipSync(kept.bytes)))).toBe(true);
    expect(await store.layer(digestOf(gzipSync(dropped.bytes)))).toEqual({
      have: false,
      parts: [],
    });
  });

  test("leaves alone what is arriving, and what arrived for an image still to be loaded", async () => {
    const [arriving, arrived] = [await randomLayer(10), await randomLayer(10)];
    await arriving.put(0);
    await arrived.put(0);
    await arrived.complete();

    expect(await store.removeUnused(new Set())).toEqual([]);
    expect((await store.layer(arriving.diffId)).parts).toEqual([0]);
    expect(await store.has(arrived.diffId)).toBe(true);
  });

  test("forgets an upload that nobody went on with for a day", async () => {
    const layer = await randomLayer(10);
    await layer.put(0);
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await utimes(join(directory, "uploads", layer.diffId.slice(7)), yesterday, yesterday);
    store = reopen();
    await store.recover();

    expect((await store.layer(layer.diffId)).parts).toEqual([]);
  });

  test("forgets such an upload without a restart, too", async () => {
    const layer = await randomLayer(10);
    await layer.put(0);
    expect((await store.layer(layer.diffId)).parts).toEqual([0]);

    await store.removeUnused(new Set(), Date.now() + 25 * 60 * 60 * 1000);

    expect((await store.layer(layer.diffId)).parts).toEqual([]);
    // And it can begin again.
    await layer.put(0);
    await layer.complete();
    expect(await store.has(layer.diffId)).toBe(true);
  });
});

async function randomLayer(size: number) {
  const bytes = randomBytes(size);
  const diffId = digestOf(bytes);
  const count = Math.ceil(size / PART_SIZE);
  const cut = (index: number) => bytes.subarray(index * PART_SIZE, (index + 1) * PART_SIZE);
  const frames = await Promise.all(Array.from({ length: count }, (_, index) => pack(cut(index))));
  return {
    bytes,
    diffId,
    frames,
    put: (index: number) => store.putPart(diffId, index, frames[index]!),
    complete: () => store.complete(diffId, { diffId, size, parts: count }),
  };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function* chunked(bytes: Buffer) {
  for (let at = 0; at < bytes.byteLength; at += 65_537) yield bytes.subarray(at, at + 65_537);
}
