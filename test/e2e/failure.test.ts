/**
 * A version that does not work: the old one keeps serving, nothing of the new one is left, and the
 * message says why.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchPage, makeApp } from "./app.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  // Retention and rollback with an engine of the other layout are tested on the way.
  server = await startServer({
    engine: "28-overlay2",
    client: "20.10",
    settings: { plugins: [{ use: "deploy-docker", with: { healthTimeoutSeconds: 3 } }] },
  });
});
afterAll(() => server?.stop());

const page = (host: string) => fetchPage(server.caddy.httpPort, host);

test("ten versions that never become healthy cost no rollback target", async () => {
  const app = await makeApp("ten-bad", { server: server.haloyd.server });
  const history = (count: number) => ({
    image: { build_config: { context: "." }, history: { strategy: "local", count } },
  });
  app.write("good 1", history(2));
  expect((await server.haloy(app, "deploy")).code).toBe(0);
  app.write("good 2", history(2));
  expect((await server.haloy(app, "deploy")).code).toBe(0);
  const before = (await server.haloy(app, "rollback-targets", "--json")).stdout;

  for (let round = 1; round <= 10; round += 1) {
    app.write(`bad ${round}`, { ...history(2), health_check_path: "/missing" });
    const { code, stderr } = await server.haloy(app, "deploy");
    expect(code).toBe(1);
    expect(stderr).toContain("CONTAINER_UNHEALTHY");
    expect((await page(app.host)).body).toBe("good 2");
  }
  expect(await server.containers("ten-bad")).toHaveLength(1);
  expect((await server.haloy(app, "rollback-targets", "--json")).stdout).toBe(before);

  app.write("good 2", history(2));
  const { code, stdout } = await server.haloy(app, "rollback");
  expect(stdout).toMatch(/Roll(?:ing|ed)? back/);
  expect(code).toBe(0);
  expect((await page(app.host)).body).toBe("good 1");
  await server.haloy(app, "stop", "--remove-containers");
});

test.each(["rolling", "replace"])(
  "a version that exits at once leaves the old one serving (%s)",
  async (strategy) => {
    const app = await makeApp(`exits-${strategy}`, {
      server: server.haloyd.server,
      deployment_strategy: strategy,
    });
    app.write("old");
    expect((await server.haloy(app, "deploy")).code).toBe(0);
    app.write("new");
    app.command("/bin/busybox", "sh", "-c", "echo the database is not there; exit 3");
    const { code, stderr } = await server.haloy(app, "deploy");
    expect(code).toBe(1);
    expect(stderr).toContain("CONTAINER_EXITED");
    expect(stderr).toContain("exited with code 3");
    expect(stderr).toContain("the database is not there");
    expect(await page(app.host)).toEqual({ status: 200, body: "old" });
    expect(await server.containers(app.name)).toHaveLength(1);
    await server.haloy(app, "stop", "--remove-containers");
  },
);

test("a broken build says the build's own last lines and contacts no server", async () => {
  const app = await makeApp("bad-build", { server: server.haloyd.server });
  app.write("never");
  app.command();
  const { writeFileSync } = await import("node:fs");
  writeFileSync(`${app.dir}/Dockerfile`, "FROM scratch\nCOPY missing-file /\n");
  const { code, stderr } = await server.haloy(app, "deploy");
  expect(code).toBe(1);
  expect(stderr).toContain("BUILD_FAILED");
  expect(stderr).toContain("missing-file");
});

test("a wrong token names where it came from", async () => {
  const app = await makeApp("wrong-token", {
    server: server.haloyd.server,
    api_token: { value: "not-the-token" },
  });
  app.write("never");
  const { code, stderr } = await server.haloy(app, "deploy");
  expect(code).toBe(1);
  expect(stderr).toContain("TOKEN_INVALID");
  expect(stderr).toContain("api_token in haloy.yaml");
  expect(stderr).not.toContain("not-the-token");
});

test("a daemon that cannot be reached is named with its address, after three tries", async () => {
  const app = await makeApp("unreachable", { server: "127.0.0.1:9" });
  app.write("never");
  const { code, stderr } = await server.haloy(app, "deploy");
  expect(code).toBe(1);
  expect(stderr).toContain("DAEMON_UNREACHABLE");
  expect(stderr).toContain("127.0.0.1:9");
  expect(stderr).toContain("3 times");
});

test("the second of two deploys at once waits and says for whom, or is refused with --no-wait", async () => {
  const app = await makeApp("two-at-once", { server: server.haloyd.server });
  app.write("first", { min_ready_seconds: 10 });
  const first = server.haloy(app, "deploy", "--json");
  while ((await server.containers(app.name)).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  app.write("second");
  // One after the other: behind a third one it would be refused, too, and name that one.
  const refused = await server.haloy(app, "deploy", "--no-wait");
  const second = await server.haloy(app, "deploy", "--json");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("DEPLOYMENT_BUSY");
  const { code, stdout } = await first;
  expect(code, stdout).toBe(0);
  const { deployment } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(refused.stderr).toContain(deployment);
  expect(second.code, second.stdout).toBe(0);
  const queued = second.stdout.split("\n").find((line) => line.includes("deployment:queued"));
  expect(JSON.parse(queued ?? "{}")).toMatchObject({ behind: deployment });
  expect((await page(app.host)).body).toBe("second");
  await server.haloy(app, "stop", "--remove-containers");
});

test("two apps that want one domain: the second is refused and the first keeps it", async () => {
  const first = await makeApp("domain-first", { server: server.haloyd.server });
  first.write("first");
  expect((await server.haloy(first, "deploy")).code).toBe(0);
  const second = await makeApp("domain-second", { server: server.haloyd.server });
  second.write("second", { domains: [{ domain: first.host }] });
  const { code, stderr } = await server.haloy(second, "deploy");
  expect(code).toBe(1);
  expect(stderr).toContain("DOMAIN_TAKEN");
  expect(stderr).toContain("domain-first");
  expect((await page(first.host)).body).toBe("first");
  await server.haloy(first, "stop", "--remove-containers");
});
