/**
 * A database as the stock Haloy command deploys it: preset, volume, network and static name.
 */

import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchPage, makeApp, type TestApp } from "../e2e/app.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { stockHaloy } from "./cli.ts";
import { removeTags } from "./images.ts";

const NAME = "stock-database";
const NETWORK = "stock-backend";
const VOLUME = "stock-data";

let server: TestServer;
let app: TestApp;

beforeAll(async () => {
  server = await startServer({ engine: "28-overlay2" });
  app = await makeApp(NAME, {
    server: server.haloyd.server,
    preset: "database",
    volumes: [`${VOLUME}:/data`],
    network: NETWORK,
  });
  const keep = "/bin/busybox echo started >> /data/log; /bin/busybox cp /data/log /www/index.html";
  const serve = "exec /bin/busybox httpd -f -p 8080 -h /www";
  app.command("/bin/busybox", "sh", "-c", `${keep}; ${serve}`);
  app.write("");
}, 60_000);
afterAll(async () => {
  await haloy("stop", "--remove-containers");
  await server.engine.call(`/networks/${NETWORK}`, { method: "DELETE", expect: [404] });
  await server.engine.call(`/volumes/${VOLUME}`, { method: "DELETE", expect: [404] });
  await server?.stop();
  await removeTags(NAME);
  rmSync(app.dir, { recursive: true, force: true });
});

async function haloy(...args: string[]): Promise<string> {
  const { stdout, stderr } = await stockHaloy(args, { cwd: app.dir, env: server.env });
  return `${stdout}${stderr}`;
}

test("a network that is missing is told before anything is made", async () => {
  expect(await haloy("deploy")).toContain(`the server has no network "${NETWORK}"`);
  expect(await server.containers(NAME)).toEqual([]);
});

test("the database keeps its data, its network and its name over deployments", async () => {
  await server.engine.call("/networks/create", { method: "POST", json: { Name: NETWORK } });
  expect(await haloy("deploy")).toContain(`Deployed ${NAME}`);
  expect(await haloy("deploy")).toContain(`Deployed ${NAME}`);
  expect(await server.containers(NAME)).toEqual([`${NAME} running`]);
  const page = await fetchPage(server.caddy.httpPort, app.host);
  expect(page.body).toBe("started\nstarted");
  const seen = await server.engine.json<{
    NetworkSettings: { Networks: object };
    Mounts: { Name: string; Destination: string }[];
  }>(`/containers/${NAME}/json`);
  expect(Object.keys(seen.NetworkSettings.Networks)).toEqual([NETWORK]);
  expect(seen.Mounts).toMatchObject([{ Name: VOLUME, Destination: "/data" }]);
  expect(await haloy("status")).toMatch(/running/i);
});

test("stopping it leaves its volume, and the wish to remove it is answered with its name", async () => {
  expect(await haloy("stop", "--remove-containers", "--remove-volumes")).toContain(VOLUME);
  expect(await server.containers(NAME)).toEqual([`${NAME} running`]);
  await haloy("stop", "--remove-containers");
  expect(await server.containers(NAME)).toEqual([]);
  const { Labels } = await server.engine.json<{ Labels: object }>(`/volumes/${VOLUME}`);
  expect(Labels).toEqual({ "dev.haloy.appName": NAME });
});
