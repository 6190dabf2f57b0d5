/**
 * The router `caddy` against a real Caddy.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EventLog, type HaloyEvent } from "../../core/events.ts";
import type { Route } from "../../core/hooks.ts";
import { PluginHost, setUpPlugins } from "../../core/host.ts";
import plugin from "../../plugins/route/caddy/index.ts";
import { type Caddy, startCaddy } from "../../scripts/environment/caddy.ts";

let dir: string;
let caddy: Caddy;
let host: PluginHost;
const servers: Server[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "haloy-caddy-"));
  caddy = await startCaddy({ dir });
  const running = await setUpPlugins([{ plugin, options: {} }]);
  const signal = new AbortController().signal;
  host = new PluginHost(running, { events: new EventLog(), signal, env: {} });
}, 60_000);

afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections();
  await caddy?.stop();
  rmSync(dir, { recursive: true, force: true });
});

function route(
  routes: readonly Route[],
  draining: readonly string[] = [],
  options: { readonly shutdownDelayMs?: number } = { shutdownDelayMs: 100 },
) {
  const choice = {
    strategy: "caddy",
    admin: caddy.adminUrl,
    listen: [`127.0.0.1:${caddy.httpPort}`],
    ...options,
  };
  return host.named("route", choice, { routes, draining });
}

/** An app that answers with its name; `/slow` after a second. Gives back its upstream address. */
async function app(name: string): Promise<{ readonly upstream: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    if (request.url !== "/slow") response.end(name);
    else setTimeout(() => response.end(`slow ${name}`), 1000);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return { upstream: `127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function get(hostName: string, path = "/", agent?: Agent) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const where = { host: "127.0.0.1", port: caddy.httpPort, path, agent: agent ?? false };
    request({ ...where, headers: { host: hostName } }, resolve)
      .once("error", reject)
      .end();
  });
  return { status: response.statusCode, body: await text(response) };
}

/** One call to the admin API as another user of this Caddy would make it. */
async function admin(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    request(`${caddy.adminUrl}${path}`, { method, headers, agent: false }, resolve)
      .once("error", reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
  const answer = await text(response);
  expect(response.statusCode, answer).toBe(200);
  return answer === "" ? null : JSON.parse(answer);
}

const config = (path = "/config/") => admin("GET", path);

test("requests reach the app that their host name or an alias names", async () => {
  const [shop, blog] = [await app("shop"), await app("blog")];
  const routes = [
    { app: "shop", hosts: ["shop.test", "www.shop.test"], upstreams: [shop.upstream] },
    { app: "blog", hosts: ["blog.test"], upstreams: [blog.upstream] },
  ];
  expect(await route(routes)).toEqual({ changed: true });
  expect(await get("shop.test")).toEqual({ status: 200, body: "shop" });
  expect(await get("www.shop.test")).toEqual({ status: 200, body: "shop" });
  expect(await get("blog.test")).toEqual({ status: 200, body: "blog" });
});

test("a wildcard leads every name of one more label to its app, but those that are another app's", async () => {
  const [all, one] = [await app("all"), await app("one")];
  const routes = [
    // By their names, the app with the wildcard comes first.
    { app: "a-all", hosts: ["*.shop.test", "shop.test"], upstreams: [all.upstream] },
    { app: "b-one", hosts: ["one.shop.test"], upstreams: [one.upstream] },
    { app: "c-deep", hosts: ["*.x.shop.test"], upstreams: [] },
  ];
  expect(await route(routes)).toEqual({ changed: true });
  expect((await get("any.shop.test")).body).toBe("all");
  expect((await get("ANY.shop.test")).body).toBe("all");
  expect((await get("xn--tda.shop.test")).body).toBe("all");
  expect((await get("shop.test")).body).toBe("all");
  expect((await get("one.shop.test")).body).toBe("one");
  expect((await get("a.b.shop.test")).status).toBe(404);
  expect((await get("a.x.shop.test")).status).toBe(503);
  expect((await get("x.shop.test")).body).toBe("all");
  expect(await route([...routes].reverse())).toEqual({ changed: false });
});

test("an unknown host name gets 404, an app without a running container 503", async () => {
  await route([{ app: "shop", hosts: ["shop.test"], upstreams: [] }]);
  expect((await get("other.test")).status).toBe(404);
  expect(await get("shop.test")).toEqual({
    status: 503,
    body: 'The app "shop" has no running container\n',
  });
});

test("routes that are there already are not written again, in whatever order they come", async () => {
  const { upstream } = await app("shop");
  const routes = [
    { app: "shop", hosts: ["shop.test"], upstreams: [upstream] },
    { app: "blog", hosts: ["blog.test"], upstreams: [] },
  ];
  expect(await route(routes)).toEqual({ changed: true });
  const before = await config();
  expect(await route([...routes].reverse())).toEqual({ changed: false });
  expect(await config()).toEqual(before);
});

test("other sites of the same Caddy stay as they are", async () => {
  const { upstream } = await app("shop");
  const path = "/config/apps/http/servers/theirs";
  await admin("PUT", path, { listen: ["127.0.0.1:0"], routes: [] });
  await admin("DELETE", "/config/apps/http/shutdown_delay");
  try {
    await route([{ app: "shop", hosts: ["shop.test"], upstreams: [upstream] }]);
    expect(await get("shop.test")).toEqual({ status: 200, body: "shop" });
    expect(await config(path)).toEqual({ listen: ["127.0.0.1:0"], routes: [] });
    expect(await config("/config/apps/http/shutdown_delay")).toBeNull();
  } finally {
    await admin("DELETE", path);
  }
});

test("a replica that refuses connections fails no request while another one answers", async () => {
  const [dead, alive] = [await app("dead"), await app("alive")];
  dead.server.close();
  const upstreams = [dead.upstream, alive.upstream];
  await route([{ app: "shop", hosts: ["shop.test"], upstreams }]);
  const answers = await Promise.all(Array.from({ length: 20 }, () => get("shop.test")));
  expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(["alive"]));
});

test("a request in flight is answered by the old version before the switch is over", async () => {
  const [old, young] = [await app("old"), await app("new")];
  await route([{ app: "shop", hosts: ["shop.test"], upstreams: [old.upstream] }]);
  const slow = get("shop.test", "/slow");
  await new Promise((resolve) => setTimeout(resolve, 100));
  let answered = false;
  void slow.then(() => {
    answered = true;
  });
  await route([{ app: "shop", hosts: ["shop.test"], upstreams: [young.upstream] }], [old.upstream]);
  expect(answered).toBe(true);
  expect(await slow).toEqual({ status: 200, body: "slow old" });
  expect((await get("shop.test")).body).toBe("new");
});

test("a request waits for its drain although another app is switched meanwhile", async () => {
  const [old, young] = [await app("old"), await app("new")];
  const other = { app: "blog", hosts: ["blog.test"], upstreams: [young.upstream] };
  await route([{ app: "shop", hosts: ["shop.test"], upstreams: [old.upstream] }]);
  const slow = get("shop.test", "/slow");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const shop = { app: "shop", hosts: ["shop.test"], upstreams: [young.upstream] };
  const began = performance.now();
  const first = route([shop], [old.upstream]).then(() => performance.now() - began);
  await route([shop, other]);
  expect(await first).toBeGreaterThan(900);
  expect((await slow).body).toBe("slow old");
});

test("requests that cannot be counted are a warning: the routes are applied all the same", async () => {
  const [old, young] = [await app("old"), await app("new")];
  await route([{ app: "shop", hosts: ["shop.test"], upstreams: [old.upstream] }]);
  const front = createServer(async (incoming, response) => {
    if (incoming.url === "/reverse_proxy/upstreams") return response.writeHead(500).end("broken");
    const { method, url, headers } = incoming;
    const { host, origin } = new URL(caddy.adminUrl);
    const forwarded = request(`${caddy.adminUrl}${url}`, {
      method: method ?? "GET",
      headers: { ...headers, host, origin },
      agent: false,
    });
    forwarded.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  servers.push(front);
  const events: HaloyEvent[] = [];
  const running = await setUpPlugins([{ plugin, options: {} }]);
  const { signal } = new AbortController();
  const append = (event: HaloyEvent) => events.push(event);
  const blind = new PluginHost(running, { events: { append }, signal, env: {} });
  const { port } = front.address() as AddressInfo;
  const listen = [`127.0.0.1:${caddy.httpPort}`];
  const choice = { strategy: "caddy", admin: `http://127.0.0.1:${port}`, listen };
  const routes = [{ app: "shop", hosts: ["shop.test"], upstreams: [young.upstream] }];
  const applied = blind.named("route", choice, { routes, draining: [old.upstream] });
  expect(await applied).toEqual({ changed: true });
  expect((await get("shop.test")).body).toBe("new");
  expect(events).toContainEqual(expect.objectContaining({ type: "log", level: "warn" }));
});

test("eight switches under load fail no request", { timeout: 30_000 }, async () => {
  const apps = [await app("even"), await app("odd")] as const;
  const routes = (turn: number) => {
    const upstreams = [apps[turn % 2 === 0 ? 0 : 1].upstream];
    return [{ app: "shop", hosts: ["shop.test"], upstreams }];
  };
  await route(routes(0), [], {});
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const failures: unknown[] = [];
  const bodies = new Map<string, number>();
  let done = false;
  const clients = Array.from({ length: 8 }, async () => {
    while (!done) {
      try {
        const { status, body } = await get("shop.test", "/", agent);
        if (status !== 200) failures.push(status);
        bodies.set(body, (bodies.get(body) ?? 0) + 1);
      } catch (error) {
        failures.push(error);
      }
    }
  });
  for (let turn = 1; turn <= 8; turn += 1) {
    await route(routes(turn), [apps[turn % 2 === 0 ? 1 : 0].upstream], {});
  }
  done = true;
  await Promise.all(clients);
  agent.destroy();
  expect(failures).toEqual([]);
  expect(bodies.get("even")).toBeGreaterThan(100);
  expect(bodies.get("odd")).toBeGreaterThan(100);
});

test("Caddy's own words explain why it refuses a configuration", async () => {
  const choice = { strategy: "caddy", admin: caddy.adminUrl, listen: ["127.0.0.1:99999"] };
  const before = await config();
  await expect(host.named("route", choice, { routes: [], draining: [] })).rejects.toMatchObject({
    code: "ROUTER_REJECTED",
    message: expect.stringContaining("99999"),
  });
  expect(await config()).toEqual(before);
});

test("a Caddy that is not there is named with its address", async () => {
  const choice = { strategy: "caddy", admin: "http://127.0.0.1:1", listen: [":80"] };
  await expect(host.named("route", choice, { routes: [], draining: [] })).rejects.toMatchObject({
    code: "ROUTER_UNREACHABLE",
    message: expect.stringContaining("http://127.0.0.1:1"),
  });
});

test("the admin API may be a Unix socket", async () => {
  const socket = join(dir, "admin.sock");
  await admin("POST", "/load", { admin: { listen: `unix/${socket}` } });
  const { upstream } = await app("socket");
  const listen = [`127.0.0.1:${caddy.httpPort}`];
  const choice = { strategy: "caddy", admin: `unix://${socket}`, listen };
  const routes = [{ app: "shop", hosts: ["shop.test"], upstreams: [upstream] }];
  expect(await host.named("route", choice, { routes, draining: [] })).toEqual({ changed: true });
  expect((await get("shop.test")).body).toBe("socket");
});
