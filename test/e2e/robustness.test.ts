/**
 * What must hold when things happen at the same time, or in the wrong order.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchPage, makeApp } from "./app.ts";
import { startServer, type TestServer } from "./server.ts";
import { until } from "./until.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

const page = (host: string) => fetchPage(server.caddy.httpPort, host);
const app = (name: string, config: Record<string, unknown> = {}) =>
  makeApp(name, { server: server.haloyd.server, ...config });
const last = (stdout: string) => JSON.parse(stdout.trim().split("\n").at(-1) ?? "");

/** How long things may take here (seconds). */
const PATIENCE = 20;

test("of two first deployments that want one domain at once, one gets it", async () => {
  const domains = [{ domain: "wanted.localhost" }];
  const apps = [await app("wants-one", { domains }), await app("wants-two", { domains })];
  for (const one of apps) one.write(one.name, { min_ready_seconds: 1 });
  const results = await Promise.all(apps.map((one) => server.haloy(one, "deploy")));
  expect(results.map(({ code }) => code).sort()).toEqual([0, 1]);
  const refused = results.find(({ code }) => code === 1);
  expect(refused?.stderr).toContain("DOMAIN_TAKEN");
  const winner = apps[results.findIndex(({ code }) => code === 0)];
  expect((await page("wanted.localhost")).body).toBe(winner?.name);
  const loser = apps.find((one) => one !== winner);
  expect(await server.containers(loser?.name ?? "")).toEqual([]);

  // Once the winner is gone, the name is free.
  if (winner) await server.haloy(winner, "stop", "--remove-containers");
  if (loser) {
    expect((await server.haloy(loser, "deploy")).code).toBe(0);
    expect((await page("wanted.localhost")).body).toBe(loser.name);
    await server.haloy(loser, "stop", "--remove-containers");
  }
});

test("a deployment that waits in the queue is cancelled at once", async () => {
  const queued = await app("queued");
  queued.write("first", { min_ready_seconds: 30 });
  const first = new AbortController();
  const running = server.haloyUntil(first.signal, queued, "deploy", "--json");
  await until(async () => (await server.containers("queued")).length === 1, PATIENCE);
  queued.write("second", { min_ready_seconds: 0 });
  const second = new AbortController();
  const waiting = server.haloyUntil(second.signal, queued, "deploy", "--json");
  await sleep(2000);
  const began = performance.now();
  second.abort();
  const { code, stdout } = await waiting;
  expect(code, stdout).toBe(130);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(stdout).toContain("was cancelled");
  first.abort();
  expect((await running).code).toBe(130);
  expect(await server.containers("queued")).toEqual([]);
});

test("containers left over by a removal that failed are swept away", async () => {
  const swept = await app("swept");
  swept.write("old");
  const { deployment } = last((await server.haloy(swept, "deploy", "--json")).stdout);
  swept.write("new");
  expect((await server.haloy(swept, "deploy")).code).toBe(0);
  // As if the removal of the old version had failed: a container of it is there again.
  const { Id } = await server.engine.json<{ Id: string }>("/containers/create", {
    method: "POST",
    query: { name: `swept-${deployment}` },
    json: {
      Image: "swept:latest",
      Labels: { "dev.haloy.appName": "swept", "dev.haloy.deployment-id": deployment },
    },
  });
  await server.engine.call(`/containers/${Id}/start`, { method: "POST" });
  await until(async () => (await server.containers("swept")).length === 1, PATIENCE);
  expect((await page(swept.host)).body).toBe("new");
  await server.haloy(swept, "stop", "--remove-containers");
});

test("a container with our labels that no deployment of ours made is left alone", async () => {
  const known = await app("known");
  known.write("x");
  expect((await server.haloy(known, "deploy")).code).toBe(0);
  const { Id } = await server.engine.json<{ Id: string }>("/containers/create", {
    method: "POST",
    query: { name: "known-by-hand" },
    json: {
      Image: "known:latest",
      Labels: { "dev.haloy.appName": "known", "dev.haloy.deployment-id": "byhand" },
    },
  });
  await sleep(7000);
  expect(await server.containers("known")).toContain("known-by-hand created");
  await server.engine.call(`/containers/${Id}`, { method: "DELETE" });
  await server.haloy(known, "stop", "--remove-containers");
});

test("while one app recovers from a crash, the others are served and may deploy", async () => {
  const other = await app("served-meanwhile");
  other.write("served");
  expect((await server.haloy(other, "deploy")).code).toBe(0);
  const slow = await app("recovers-slowly");
  slow.write("slow", { min_ready_seconds: 60 });
  const waiting = server.haloy(slow, "deploy", "--json");
  await until(async () => (await server.containers("recovers-slowly")).length === 1, PATIENCE);
  await server.haloyd.kill();
  await server.restart();
  expect((await page(other.host)).body).toBe("served");
  other.write("served again");
  expect((await server.haloy(other, "deploy")).code).toBe(0);
  expect((await waiting).code).toBe(1);
  expect(await server.containers("recovers-slowly")).toEqual([]);
  await server.haloy(other, "stop", "--remove-containers");
});

test("routes come back by themselves when Caddy lost its configuration", async () => {
  const routed = await app("routed");
  routed.write("routed");
  expect((await server.haloy(routed, "deploy")).code).toBe(0);
  await fetch(`${server.caddy.adminUrl}/config/apps`, {
    method: "DELETE",
    headers: { origin: server.caddy.adminUrl },
  });
  await until(async () => {
    const { body } = await page(routed.host).catch(() => ({ body: "" }));
    return body === "routed";
  }, PATIENCE);
  await server.haloy(routed, "stop", "--remove-containers");
});

test("an app that crashes again and again is no reason to touch the router", async () => {
  const crashes = await app("crashes");
  crashes.write("up");
  crashes.command(
    "/bin/busybox",
    "sh",
    "-c",
    // Well for long enough to be deployed, then gone, as long as the engine starts it again.
    "/bin/busybox httpd -f -p 8080 -h /www & sleep 8; exit 1",
  );
  expect((await server.haloy(crashes, "deploy")).code).toBe(0);
  await until(
    async () => (await server.containers("crashes")).join().includes("restarting"),
    PATIENCE,
  );
  const config = async () => {
    const url = `${server.caddy.adminUrl}/config/apps/http/servers/haloy/routes`;
    const headers = { origin: server.caddy.adminUrl };
    return await (await fetch(url, { headers })).text();
  };
  // What the deployment itself changed is over by then: connections are let go for a second.
  await sleep(2000);
  // It comes and goes in this.
  const seen = new Set<string>();
  for (let round = 0; round < 120; round += 1) {
    seen.add(await config());
    await sleep(100);
  }
  expect([...seen]).toHaveLength(1);
  expect([...seen][0]).toContain(crashes.host);
  await server.haloy(crashes, "stop", "--remove-containers");
});

test("without the router nothing is started, and the message says what is missing", async () => {
  const lonely = await startServer();
  try {
    const unrouted = await makeApp("unrouted", { server: lonely.haloyd.server });
    unrouted.write("x");
    await lonely.caddy.stop();
    const began = performance.now();
    const { code, stderr } = await lonely.haloy(unrouted, "deploy");
    expect(code).toBe(1);
    expect(stderr).toContain("ROUTER_UNREACHABLE");
    expect(stderr).toContain(lonely.caddy.adminUrl);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(await lonely.containers("unrouted")).toEqual([]);
    const status = await lonely.haloy(unrouted, "status");
    expect(status.stderr).toContain("failed: Cannot reach Caddy");
  } finally {
    await lonely.stop();
  }
});

test("a stopped app answers 503 and comes back with the next deploy", async () => {
  const stopped = await app("stopped");
  stopped.write("runs");
  expect((await server.haloy(stopped, "deploy")).code).toBe(0);
  expect((await server.haloy(stopped, "stop")).code).toBe(0);
  expect((await page(stopped.host)).status).toBe(503);
  expect((await server.haloy(stopped, "deploy")).code).toBe(0);
  expect((await page(stopped.host)).body).toBe("runs");
  expect(await server.containers("stopped")).toHaveLength(1);
  await server.haloy(stopped, "stop", "--remove-containers");
});
