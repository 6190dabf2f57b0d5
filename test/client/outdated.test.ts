/**
 * A haloyd that cannot do what a target needs is told before anything changes.
 */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHaloy, isHaloyError } from "../../mod.ts";
import { CAPABILITIES } from "../../wire/routes.ts";

/** Answers like an older haloyd, and notes what it is asked. */
let daemon: Server;
let url: string;
const asked: string[] = [];
beforeAll(async () => {
  const old = ["deployments", "layer-parts", "layer-upload"];
  daemon = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end(JSON.stringify({ haloyd: "0.0.1", capabilities: old, retain: ["local", "none"] }));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => daemon.once("listening", resolve));
  url = `127.0.0.1:${(daemon.address() as AddressInfo).port}`;
});
afterAll(() => daemon.close());

test.each(["plan", "deploy"] as const)(
  "%s names what is missing, and for which target",
  async (operation) => {
    expect(CAPABILITIES).toContain("container-settings");
    const haloy = createHaloy(
      {
        image: "nginx:alpine",
        server: url,
        targets: {
          small: {},
          limited: { memory: "64m" },
          wide: { domains: [{ domain: "*.a.example.com" }] },
        },
      },
      { env: { HALOY_API_TOKEN: "token" } },
    );
    const error = await haloy[operation]({ all: true }).result.catch((thrown: unknown) => thrown);
    if (!isHaloyError(error)) throw error;
    expect(error.message).toContain(
      `- limited: Cannot use the haloyd at http://${url}: it cannot do container-settings`,
    );
    expect(error.message).toContain("- wide: Cannot use the haloyd");
    expect(error.message).not.toContain("small");
    expect(new Set(asked)).toEqual(new Set(["GET /v1/version"]));
  },
);
