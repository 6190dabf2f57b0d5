/**
 * Deployments behind a real Caddy while clients keep asking: no request may fail.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EventLog } from "../../core/events.ts";
import { PluginHost, setUpPlugins } from "../../core/host.ts";
import caddyPlugin from "../../plugins/route/caddy/index.ts";
import { type Caddy, startCaddy } from "../../scripts/environment/caddy.ts";
import { testEngines } from "../engines.ts";
import { App } from "./harness.ts";

let dir: string;
let caddy: Caddy;
let app: App;
let plugins: PluginHost;
let routed: readonly string[] = [];

beforeAll(async () => {
  const [engine] = testEngines();
  if (!engine) throw new Error("There is no engine to test with");
  app = new App(engine);
  dir = mkdtempSync(join(tmpdir(), "haloy-switch-"));
  caddy = await startCaddy({ dir });
  const running = await setUpPlugins([{ plugin: caddyPlugin, options: {} }]);
  const { signal } = new AbortController();
  plugins = new PluginHost(running, { events: new EventLog(), signal, env: {} });
});

afterAll(async () => {
  await app?.remove();
  await app?.removeImages();
  await caddy?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** What the daemon does when a deployment switches its traffic. */
async function route(upstreams: readonly string[]): Promise<void> {
  const draining = routed.filter((upstream) => !upstreams.includes(upstream));
  const listen = [`127.0.0.1:${caddy.httpPort}`];
  const choice = { strategy: "caddy", admin: caddy.adminUrl, listen };
  const routes = [{ app: app.name, hosts: [`${app.name}.test`], upstreams }];
  await plugins.named("route", choice, { routes, draining });
  routed = upstreams;
}

/** Eight clients that keep their connections, until `stop` is called. */
function load() {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const answers = new Map<string, number>();
  let running = true;
  const headers = { host: `${app.name}.test` };
  const ask = async () => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: "127.0.0.1", port: caddy.httpPort, headers, agent }, resolve)
        .once("error", reject)
        .end();
    });
    return `${response.statusCode} ${(await text(response)).trim()}`;
  };
  const clients = Array.from({ length: 8 }, async () => {
    while (running) {
      const answer = await ask().catch(String);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  });
  return async () => {
    running = false;
    await Promise.all(clients);
    agent.destroy();
    return answers;
  };
}

test("six rolling deployments of two replicas under load fail no request", async () => {
  const images = [await app.image("v1"), await app.image("v2")] as const;
  const target = { replicas: 2 };
  let { deployment: previous } = await app.deploy(images[0], { target, route });
  const stop = load();
  for (let turn = 1; turn <= 6; turn += 1) {
    const image = images[turn % 2 === 0 ? 0 : 1];
    ({ deployment: previous } = await app.deploy(image, { target, route, previous }));
  }
  const answers = await stop();
  expect([...answers.keys()].sort()).toEqual(["200 v1", "200 v2"]);
  expect(Math.min(...answers.values())).toBeGreaterThan(100);
});

test("a failed deployment under load fails no request", async () => {
  const first = await app.deploy(await app.image("v1"), { route });
  const stop = load();
  const { deployment: previous } = first;
  const failing = app.deploy(await app.image("exits"), { route, previous });
  await expect(failing).rejects.toMatchObject({ code: "CONTAINER_EXITED" });
  const answers = await stop();
  expect([...answers.keys()]).toEqual(["200 v1"]);
});
