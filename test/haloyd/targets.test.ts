/**
 * What targets may be, through haloyd's API: names with dots, wildcard and international domains,
 * settings of the containers, static names. With a real engine and a real Caddy.
 */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../scripts/environment/haloyd.ts";
import type { RollbackTargetAnswer, StatusAnswer } from "../../wire/routes.ts";
import { fetchPage } from "../e2e/app.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { removeTags, tagsOf } from "../stock/images.ts";
import { ask, begin, cleanUp, deploy, ended, pageImage } from "./api.ts";

interface Targets {
  readonly targets: readonly RollbackTargetAnswer[];
}

const plugin = join(ROOT, "test/fixtures/kill-at.ts");
const killAt = (state: string) => ({
  plugins: [{ use: plugin, with: { state, deployments: 1 } }],
});
const replace = { deploymentStrategy: "replace" };
const fixed = { ...replace, namingStrategy: "static" };

let server: TestServer;
let one: string;
let two: string;
/** Apps that were deployed, to be removed. */
const apps = new Set<string>();

beforeAll(async () => {
  server = await startServer({ settings: killAt("never") });
  one = await pageImage(server, "one");
  two = await pageImage(server, "two");
}, 60_000);
afterAll(async () => {
  await cleanUp(server, [...apps], [one, two]);
  for (const app of apps) await removeTags(app);
  await server?.stop();
});

/** An app of a test with these domains. */
function app(name: string, ...domains: string[]): { name: string; domains: object[] } {
  apps.add(name);
  return { name, domains: domains.map((domain) => ({ domain })) };
}

const page = async (host: string) => (await fetchPage(server.caddy.httpPort, host)).body;

test("an app whose name has dots is deployed, shown, rolled back and stopped", async () => {
  const name = "shop.example.v2";
  const config = app(name, "dots.test");
  const first = await deploy(server, one, config);
  expect(first).toMatchObject({ app: name, state: "succeeded" });
  const second = await deploy(server, two, config);
  expect(await page("dots.test")).toBe("two");
  expect([...(await tagsOf(server.engine, name)).keys()].sort()).toEqual([
    `${name}:${first.id}`,
    `${name}:${second.id}`,
  ]);

  const status = await ask<StatusAnswer>(server, "GET", `/v1/status/${name}`);
  expect(status.json).toMatchObject({ state: "running", deploymentId: second.id });
  const { targets } = (await ask<Targets>(server, "GET", `/v1/rollback/${name}`)).json;
  expect(targets.map(({ DeploymentID }) => DeploymentID)).toEqual([second.id, first.id]);
  const newDeploymentID = `${second.id}-back`;
  const newTargetConfig = { ...config, image: { repository: one } };
  const body = { targetDeploymentID: first.id, newDeploymentID, newTargetConfig };
  expect((await ask(server, "POST", "/v1/rollback", body)).status).toBe(202);
  expect(await ended(server, newDeploymentID)).toMatchObject({ state: "succeeded" });
  expect(await page("dots.test")).toBe("one");
  expect((await ask(server, "POST", `/v1/stop/${name}?remove-containers=true`)).status).toBe(202);
  expect(await server.containers(name)).toEqual([]);
});

test("of two apps only one has a wildcard, and a name of another app's own stands out of it", async () => {
  await deploy(server, one, app("wild", "*.Wild.test", "münchen.test"));
  expect(await page("any.wild.test")).toBe("one");
  expect(await page("xn--mnchen-3ya.test")).toBe("one");
  const again = await begin(server, two, app("wild-two", "*.wild.test"));
  expect(again).toMatchObject({ status: 409, json: { code: "DOMAIN_TAKEN" } });
  const same = await begin(server, two, app("wild-two", "xn--mnchen-3ya.test"));
  expect(same).toMatchObject({ status: 409, json: { code: "DOMAIN_TAKEN" } });
  await deploy(server, two, app("wild-two", "two.wild.test"));
  expect(await page("two.wild.test")).toBe("two");
  expect(await page("any.wild.test")).toBe("one");
});

test("settings of the containers arrive, and what the server lacks is told while the old version serves", async () => {
  const config = { ...app("settings", "settings.test"), ...replace };
  const labels = { team: "shop" };
  const log = { options: { "max-size": "1m" } };
  const settings = { cpus: 0.5, memory: 64 * 1024 * 1024, labels, log };
  const { outcome, id } = await deploy(server, one, { ...config, ...settings });
  const seen = await server.engine.json<{ Config: object; HostConfig: object }>(
    `/containers/${outcome?.replicas[0]?.id}/json`,
  );
  expect(seen.Config).toMatchObject({ Labels: labels });
  expect(seen.HostConfig).toMatchObject({
    NanoCpus: 500_000_000,
    Memory: 64 * 1024 * 1024,
    LogConfig: { Type: "json-file", Config: log.options },
  });
  for (const [more, code] of [
    [{ network: "no-such-network" }, "NETWORK_NOT_FOUND"],
    [{ memory: 1_000_000 }, "SETTING_REFUSED"],
    [{ volumes: ["/no/such/path:/data"] }, "VOLUME_SOURCE_NOT_FOUND"],
  ] as const) {
    const failed = await deploy(server, two, { ...config, ...more });
    expect(failed).toMatchObject({ state: "failed", error: { code } });
    expect(await page("settings.test")).toBe("one");
    expect(await server.containers("settings")).toEqual([`settings-${id} running`]);
  }
});

test("who asks for a log that nobody keeps is told so", async () => {
  await deploy(server, one, { ...app("silent"), log: { driver: "none" } });
  const { url, token } = server.haloyd;
  const headers = { authorization: `Bearer ${token}` };
  const logs = await fetch(`${url}/v1/logs/silent?follow=false`, { headers });
  expect(await logs.text()).toContain("the app's log driver keeps no log");
});

test("stopping an app leaves its volumes, also when their removal is asked for", async () => {
  const volume = "haloyd-test-volume";
  try {
    await deploy(server, one, { ...app("volumes"), volumes: [`${volume}:/data`] });
    const path = "/v1/stop/volumes?remove-containers=true";
    const { status, json } = await ask(server, "POST", `${path}&remove-volumes=true`);
    expect({ status, message: json.message }).toEqual({
      status: 400,
      message: expect.stringContaining(volume),
    });
    expect((await ask(server, "POST", path)).status).toBe(202);
    expect(await server.engine.jsonOrNull(`/volumes/${volume}`)).not.toBeNull();
  } finally {
    await server.engine.call(`/volumes/${volume}`, { method: "DELETE", expect: [404] });
  }
});

describe("an app with a static name", () => {
  test.each(["preparing", "starting", "checking", "switching", "retaining"])(
    "has one version, with that name, after haloyd was killed at %s",
    async (state) => {
      const name = `static-${state}`;
      const host = `${name}.test`;
      const history = { strategy: "keep-all" };
      const config = (image: string) => ({
        ...app(name, host),
        ...fixed,
        image: { repository: image, build: true, buildConfig: { push: "server" }, history },
      });
      await server.haloyd.stop();
      await server.restart(killAt(state));
      expect(await deploy(server, one, config(one))).toMatchObject({ state: "succeeded" });
      expect(await server.containers(name)).toEqual([`${name} running`]);

      const { id } = await begin(server, two, config(two));
      await server.haloyd.ended;
      await server.restart(killAt("never"));
      const finished = state === "switching" || state === "retaining";
      const after = await ended(server, id);
      expect(after.state).toBe(finished ? "succeeded" : "failed");
      expect(await server.containers(name)).toEqual([`${name} running`]);
      expect(await page(host)).toBe(finished ? "two" : "one");
      if (finished) expect(after.outcome?.replicas).toMatchObject([{ name }]);
    },
  );
});
