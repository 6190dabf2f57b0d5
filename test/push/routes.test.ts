import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServerRequest } from "../../plugin.ts";
import { MAX_FRAME_SIZE } from "../../wire/layers.ts";
import { frameBuffers, packPart } from "../../wire/parts.ts";
import { testEngines } from "../engines.ts";
import { connect, type LayerServer, serveLayers } from "./server.ts";

const pack = (bytes: Uint8Array) => packPart(bytes, frameBuffers());

let server: LayerServer;
beforeAll(async () => {
  server = await serveLayers(testEngines()[0]!.host);
});
afterAll(() => server[Symbol.asyncDispose]());

const digest = `sha256:${"a".repeat(64)}`;
const image = { imageId: digest, diffIds: [digest], reference: "haloy-test-push/none:1" };
const put = (body: Uint8Array<ArrayBuffer>): ServerRequest => ({ method: "PUT", body });
const post = (json: unknown): ServerRequest => ({ method: "POST", json });

describe("a request that makes no sense is refused", () => {
  const nonsense: readonly (readonly [string, string, ServerRequest, string])[] = [
    ["a digest of another kind", "/v1/layers/sha1:00", {}, '"sha1:00" as a digest'],
    ["a digest that is a path", "/v1/layers/..%2F..%2Fetc", {}, "as a digest"],
    ["an index that is no number", `/v1/layers/${digest}/parts/x`, put(new Uint8Array(1)), '"x"'],
    ["a negative index", `/v1/layers/${digest}/parts/-1`, put(new Uint8Array(1)), '"-1"'],
    ["an index beyond all", `/v1/layers/${digest}/parts/65536`, put(new Uint8Array(1)), '"65536"'],
    ["a part that is too large", `/v1/layers/${digest}/parts/0`, put(tooLarge()), "more than"],
    ["a completion without a size", `/v1/layers/${digest}/complete`, post({ parts: 1 }), "size"],
    ["an image without layers", "/v1/images/query", post({ ...image, diffIds: [] }), "diffIds"],
    ["no JSON", "/v1/images/query", { method: "POST", body: "{" }, "not JSON"],
    [
      "a configuration that is not base64",
      "/v1/images/load",
      post({ ...image, config: "{}" }),
      "config",
    ],
  ];
  test.each(nonsense)("%s", async (_, path, request, words) => {
    await expect(connect(server.url).request(path, request)).rejects.toMatchObject({
      code: "API_REQUEST_INVALID",
      message: expect.stringContaining(words),
    });
  });

  test("a body of unknown length", async () => {
    const response = await fetch(`${server.url}/v1/layers/${digest}/parts/0`, {
      method: "PUT",
      body: new Blob([new Uint8Array(10)]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(response.status).toBe(411);
  });
});

describe("an image is not loaded", () => {
  test("while its layers are missing, which the answer names", async () => {
    const config = base64({ rootfs: { type: "layers", diff_ids: [digest] } });
    await expect(
      connect(server.url).request("/v1/images/load", post({ ...image, config })),
    ).rejects.toMatchObject({ code: "LAYER_MISSING", details: { status: 409, missing: [digest] } });
  });

  test("when its configuration was never sent", async () => {
    await expect(connect(server.url).request("/v1/images/load", post(image))).rejects.toMatchObject(
      { code: "API_REQUEST_INVALID", details: { status: 409 } },
    );
  });

  test.each([
    ["names other layers", { rootfs: { diff_ids: [digest, digest] } }],
    ["names no layers", {}],
    ["is not an object", null],
  ])("when its configuration %s", async (_, config) => {
    await expect(
      connect(server.url).request("/v1/images/load", post({ ...image, config: base64(config) })),
    ).rejects.toMatchObject({ code: "API_REQUEST_INVALID", details: { status: 400 } });
  });
});

test.each(testEngines())(
  "$name makes no image of layers that are no tar, and keeps nothing",
  async ({ host }) => {
    await using own = await serveLayers(host);
    const bytes = randomBytes(2048);
    const diffId = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    await own.store.putPart(diffId, 0, await pack(bytes));
    await own.store.complete(diffId, { diffId, size: 2048, parts: 1 });
    const config = {
      architecture: "amd64",
      os: "linux",
      rootfs: { type: "layers", diff_ids: [diffId] },
    };
    const reference = "haloy-test-push/broken:1";

    await expect(
      own.store.loadImage({ ...image, diffIds: [diffId], reference, config: base64(config) }),
    ).rejects.toMatchObject({ code: "ENGINE_REJECTED" });

    const query = { ...image, diffIds: [diffId], reference };
    expect(await own.store.queryImage(query)).toMatchObject({ present: false, config: false });
  },
);

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64");
}

function tooLarge(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(MAX_FRAME_SIZE + 1);
}
