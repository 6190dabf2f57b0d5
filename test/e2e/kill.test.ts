/**
 * haloyd is killed with SIGKILL right after each step of a deployment was written down. After a
 * restart the app is served by the old or the new version, nothing is left over, the record says
 * how it ended, and the command that was waiting says the same.
 */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../scripts/environment/haloyd.ts";
import { fetchPage, makeApp } from "./app.ts";
import { startServer, type TestServer } from "./server.ts";
import { until } from "./until.ts";

/** How long things may take here (seconds). */
const PATIENCE = 30;

const plugin = join(ROOT, "test/fixtures/kill-at.ts");
const killAt = (state: string, deployments = 1) => ({
  plugins: [{ use: plugin, with: { state, deployments } }],
});

describe.each(["rolling", "replace"])("%s", (strategy) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ settings: killAt("never") });
  });
  afterAll(() => server?.stop());

  test.each(["preparing", "starting", "checking", "switching", "retaining"])(
    "killed at %s",
    async (state) => {
      const name = `kill-${strategy}-${state}`;
      const app = await makeApp(name, {
        server: server.haloyd.server,
        deployment_strategy: strategy,
        image: { build_config: { context: "." }, history: { strategy: "keep-all" } },
      });
      await server.haloyd.stop();
      await server.restart(killAt(state));
      app.write("old");
      expect((await server.haloy(app, "deploy")).code).toBe(0);

      app.write("new");
      const waiting = server.haloy(app, "deploy", "--json");
      await server.haloyd.ended;
      await server.restart(killAt("never"));
      const { code, stdout } = await waiting;

      // Past the switch the deployment is finished, before it is undone.
      const finished = state === "switching" || state === "retaining";
      expect(code, stdout).toBe(finished ? 0 : 1);
      if (!finished) expect(stdout).toContain("DEPLOYMENT_INTERRUPTED");
      const page = await fetchPage(server.caddy.httpPort, app.host);
      expect(page).toEqual({ status: 200, body: finished ? "new" : "old" });
      const containers = await server.containers(name);
      expect(containers).toHaveLength(1);
      expect(containers[0]).toMatch(/ running$/);

      const status = JSON.parse((await server.haloy(app, "status", "--json")).stdout);
      expect(status.latest.state).toBe(finished ? "succeeded" : "failed");

      app.write("newest");
      expect((await server.haloy(app, "deploy")).code).toBe(0);
      expect((await fetchPage(server.caddy.httpPort, app.host)).body).toBe("newest");
      await server.haloy(app, "stop", "--remove-containers");
    },
  );
});

test("a deployment that was waiting in the queue when haloyd was killed runs after the restart", async () => {
  const server = await startServer({ settings: killAt("never") });
  try {
    const app = await makeApp("kill-queued", { server: server.haloyd.server });
    app.write("slow", { min_ready_seconds: 30 });
    const first = server.haloy(app, "deploy", "--json");
    await until(async () => (await server.containers("kill-queued")).length === 1, PATIENCE);
    app.write("queued", { min_ready_seconds: 0 });
    const second = server.haloy(app, "deploy", "--json");
    await until(async () => (await logOf(server)).includes("queued"), PATIENCE);
    await server.haloyd.kill();
    await server.restart();
    expect((await first).code).toBe(1);
    const { code, stdout } = await second;
    expect(code, stdout).toBe(0);
    expect((await fetchPage(server.caddy.httpPort, app.host)).body).toBe("queued");
    expect(await server.containers("kill-queued")).toHaveLength(1);
    await server.haloy(app, "stop", "--remove-containers");
  } finally {
    await server.stop();
  }
});

/** States of the app's newest deployment, as the API tells them. */
async function logOf(server: TestServer): Promise<string> {
  const response = await fetch(`${server.haloyd.url}/v1/status/kill-queued`, {
    headers: { authorization: `Bearer ${server.haloyd.token}` },
  });
  return await response.text();
}
