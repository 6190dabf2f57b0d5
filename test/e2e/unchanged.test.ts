/**
 * What crosses which wire: counted in front of the engine's socket and in front of haloyd.
 */

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort, haloy } from "../../scripts/environment/haloyd.ts";
import { testEngine } from "../engines.ts";
import { makeApp } from "./app.ts";
import { startServer, type TestServer } from "./server.ts";
import { spyOn } from "./spy.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ engine: "28-overlay2" });
});
afterAll(() => server?.stop());

const isSave = (line: string) => /^GET \/v[\d.]+\/images\/.*\/get\b/.test(line);
const isLayer = (line: string) => /^(?:PUT|POST|PATCH) \/v1\/(?:layers|images\/layers)/.test(line);

test.each(["20.10", "28-containerd"])(
  "an unchanged image is neither saved nor sent again (built on %s)",
  async (client) => {
    const port = await freePort();
    const app = await makeApp(`unchanged-${client.replace(".", "-")}`, {
      server: `127.0.0.1:${port}`,
    });
    const local = testEngine(client);
    const socket = join(app.dir, "engine.sock");
    const engine = await spyOn(socket, { path: local.host.slice("unix://".length) });
    const daemon = await spyOn(port, { port: Number(server.haloyd.server.split(":")[1]) });
    const env = {
      ...server.env,
      DOCKER_HOST: `unix://${socket}`,
      PATH: `${join(local.dockerCli ?? "/usr/bin/docker", "..")}:${process.env.PATH}`,
    };
    const deploy = async () => {
      const { code, stdout } = await haloy(["deploy", "--json"], { cwd: app.dir, env });
      expect(code, stdout).toBe(0);
      return {
        push: JSON.parse(stdout.trim().split("\n").at(-1) ?? "").push,
        saves: engine.requests().filter(isSave).length,
        layers: daemon.requests().filter(isLayer).length,
        bytes: daemon.bytesSent(),
      };
    };
    try {
      app.write("unchanged");
      // A layer that no other test can have left in these engines.
      writeFileSync(join(app.dir, "www/noise"), randomBytes(200_000));
      const first = await deploy();
      expect(first.layers).toBeGreaterThan(0);
      expect(first.push.bytesSent).toBeGreaterThan(100_000);

      const second = await deploy();
      expect(second).toMatchObject({
        saves: 0,
        layers: 0,
        push: { bytesSent: 0, layersSent: 0 },
      });
      // All that was said to haloyd in the whole deploy.
      expect(second.bytes).toBeLessThan(20_000);
      await server.haloy(app, "stop", "--remove-containers");
    } finally {
      engine.close();
      daemon.close();
    }
  },
);
