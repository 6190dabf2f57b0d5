/**
 * An image that the server's engine cannot load: the engine's own words arrive, at once.
 */

import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../client/connection.ts";
import { Secret } from "../../core/secret.ts";
import { frameBuffers, packPart } from "../../wire/parts.ts";
import { startServer, type TestServer } from "./server.ts";
import { type Spy, spyOn } from "./spy.ts";

let server: TestServer;
let spy: Spy;
const PORT = 18_973;
beforeAll(async () => {
  server = await startServer();
  const [host = "", port] = server.haloyd.server.split(":");
  spy = await spyOn(PORT, { host, port: Number(port) });
});
afterAll(async () => {
  spy?.close();
  await server?.stop();
});

const sha256 = (data: Uint8Array | string) =>
  `sha256:${createHash("sha256").update(data).digest("hex")}`;

test("an engine that refuses an image is asked once, and what it says is what the user sees", async () => {
  const token = new Secret(server.haloyd.token);
  const haloyd = connect({ url: `http://127.0.0.1:${PORT}`, token, tokenSource: "the test" });
  // Every byte arrives, and it is no layer.
  const layer = Buffer.from("no tar archive ".repeat(100));
  const diffId = sha256(layer);
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: [diffId] },
  });
  const body = await packPart(Buffer.from(layer), frameBuffers());
  await haloyd.request(`/v1/layers/${diffId}/parts/0`, { method: "PUT", body });
  await haloyd.json(`/v1/layers/${diffId}/complete`, {
    method: "POST",
    json: { diffId, size: layer.byteLength, parts: 1 },
  });
  spy.requests();
  const load = haloyd.json("/v1/images/load", {
    method: "POST",
    json: {
      imageId: sha256(config),
      reference: "haloy-test-refused:1",
      config: Buffer.from(config).toString("base64"),
      diffIds: [diffId],
    },
  });
  await expect(load).rejects.toMatchObject({
    code: "ENGINE_REJECTED",
    message: expect.stringMatching(/tar/),
  });
  expect(spy.requests()).toEqual(["POST /v1/images/load"]);
});
