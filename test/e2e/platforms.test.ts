/**
 * An image for several platforms, pushed straight to a server: that gets its own platform.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchPage, makeApp, type TestApp } from "./app.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
let app: TestApp;
const build = (...platform: string[]) => ({ image: { build_config: { context: ".", platform } } });

beforeAll(async () => {
  server = await startServer({ engine: "20.10", client: "28-containerd" });
  app = await makeApp("platforms", { server: server.haloyd.server });
});
afterAll(async () => {
  await server?.haloy(app, "stop", "--remove-containers");
  await server?.stop();
});

test("a server runs its own platform, whichever is named first", async () => {
  // Only copies, so that both platforms have the very same layers and differ in name alone.
  app.write("several", build("linux/arm64", "linux/amd64"));
  const deployed = await server.haloy(app, "deploy");
  expect(deployed.code, deployed.stderr).toBe(0);
  const page = await fetchPage(server.caddy.httpPort, app.host);
  expect(page.body).toContain("several");
});

test("a server whose platform is not among them is told before anything is built", async () => {
  app.write("foreign", build("linux/arm64", "linux/s390x"));
  const { code, stdout, stderr } = await server.haloy(app, "deploy");
  expect(code).toBe(1);
  expect(stdout).not.toContain("Build ");
  expect(stderr).toContain("an image for linux/arm64 and linux/s390x on");
  expect(stderr).toContain("the server is linux/amd64");
  expect(stderr).toContain("[IMAGE_PLATFORM_MISMATCH");
});
