/**
 * The main job: from a Dockerfile to a running, reachable app, and back again. Under every pair of
 * runtimes, and between engines of every kind.
 */

import { expect, test } from "vitest";
import type { Runtime } from "../../scripts/environment/haloyd.ts";
import { startLoad } from "../../scripts/load.ts";
import { fetchPage, makeApp } from "./app.ts";
import { startServer } from "./server.ts";

const RUNTIMES: readonly Runtime[] = ["node", "deno", "bun"];
const ENGINES = ["20.10", "28-overlay2", "28-containerd"];

/** Every pair of runtimes; the engines rotate so that each kind is built on and run on by all. */
const cases = RUNTIMES.flatMap((cli, row) =>
  RUNTIMES.map((daemon, column) => ({
    cli,
    daemon,
    client: ENGINES[column] ?? "",
    engine: ENGINES[(row + column) % 3] ?? "",
  })),
);

test.each(cases)(
  "haloy under $cli (engine $client) deploys, replaces and rolls back on haloyd under $daemon (engine $engine)",
  async ({ cli, daemon, client, engine }) => {
    const server = await startServer({ engine, client, runtime: daemon, clientRuntime: cli });
    const name = `main-${cli}-${daemon}`;
    const app = await makeApp(name, { server: server.haloyd.server });
    const page = () => fetchPage(server.caddy.httpPort, app.host);
    try {
      // Other tests leave their layers in these engines: what is sent must be of this test only.
      const [one, two] = [`version 1 of ${name}`, `version 2 of ${name}`];
      app.write(one);
      const unknown = await server.haloy(app, "status");
      expect(unknown.code).toBe(1);
      expect(unknown.stderr).toContain("APP_NOT_FOUND");

      const first = await deploy(server, app);
      expect(first.push).toMatchObject({ layersTotal: 2 });
      expect(await page()).toEqual({ status: 200, body: one });

      app.write(two);
      const load = startLoad({ port: server.caddy.httpPort, host: app.host, clients: 4 });
      const second = await deploy(server, app);
      const seen = await load.stop();
      expect(seen).toMatchObject({ failed: 0, failures: [] });
      expect(seen.bodies).toEqual([one, two]);
      expect(await page()).toEqual({ status: 200, body: two });
      if (client !== engine) expect(second.push?.layersSent).toBe(1);
      expect(await server.containers(name)).toEqual([`${name}-${second.deployment} running`]);

      const again = await deploy(server, app);
      expect(again.push).toMatchObject({ bytesSent: 0, layersSent: 0 });

      const status = JSON.parse((await server.haloy(app, "status", "--json")).stdout);
      expect(status).toMatchObject({ state: "running", deployment: again.deployment });

      const back = await server.haloy(app, "rollback", first.deployment);
      expect(back.stderr).toBe("");
      expect(back.code).toBe(0);
      expect(await page()).toEqual({ status: 200, body: one });

      const stopped = await server.haloy(app, "stop", "--remove-containers");
      expect(stopped.code).toBe(0);
      expect(await server.containers(name)).toEqual([]);
      expect((await page()).status).toBe(404);
    } finally {
      await server.stop();
    }
  },
);

/** Deploy by the command and give back its result. */
async function deploy(
  server: Awaited<ReturnType<typeof startServer>>,
  app: Awaited<ReturnType<typeof makeApp>>,
): Promise<{
  deployment: string;
  push: { bytesSent: number; layersSent: number; layersTotal: number } | null;
}> {
  const { code, stdout, stderr } = await server.haloy(app, "deploy", "--json");
  expect(stderr).toBe("");
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(code, stdout).toBe(0);
  return events.at(-1);
}
