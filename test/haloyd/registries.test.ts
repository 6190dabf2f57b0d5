/**
 * Logins at registries under pressure: many clients at once, and a haloyd that is killed.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createServer, connect as dial, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT, run } from "../../scripts/environment/haloyd.ts";
import type { Registry } from "../../scripts/environment/registry.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { testEngine } from "../engines.ts";
import { DeployedApp } from "../registry/deploy.ts";
import { anImage, aRegistry, loginTo, newName, push } from "../registry/harness.ts";

const CLIENTS = 20;

let server: TestServer;
let registry: Registry;
let doors: { hosts: string[]; close(): void };
beforeAll(async () => {
  [server, registry] = await Promise.all([startServer(), aRegistry("s3ntinel+password/4711")]);
  doors = await openDoors(registry.host, CLIENTS);
});
afterAll(async () => {
  doors?.close();
  await server?.stop();
});
beforeEach(async () => {
  for (const { server: host } of await list()) await post("logout", { server: host });
});

test("20 clients log in, log out and deploy at once: nothing is lost, and the file is never torn", async () => {
  const reference = newName(registry.host);
  const from = testEngine("28-overlay2").host;
  await push(from, await anImage(from, reference, "private"), { login: loginTo(registry) }).pushed;
  expect((await logIn(registry.host)).status).toBe(200);
  let working = true;
  let looks = 0;
  const reader = (async () => {
    for (; working; looks += 1) {
      const { registries } = parse(text()) as { registries: Record<string, Entry> };
      for (const [host, { server, password }] of Object.entries(registries)) {
        expect(server).toBe(host);
        expect(password.encrypted).toMatch(/^[A-Za-z0-9+/]+=*$/);
      }
      await sleep(1);
    }
  })();
  const app = new DeployedApp(server);
  const deploying = app.deploy(reference);

  const statuses = await Promise.all(
    doors.hosts.map(async (host, client) => {
      const given = await logIn(host);
      // Every other one leaves again, one of them to come back.
      if (client % 2 === 0) return [given.status];
      const left = await post("logout", { server: host });
      if (client !== 1) return [given.status, left.status];
      return [given.status, left.status, (await logIn(host)).status];
    }),
  );
  const deployed = await deploying;
  working = false;
  await reader;

  expect(new Set(statuses.flat())).toEqual(new Set([200, 204]));
  expect(deployed).toMatchObject({ state: "succeeded" });
  expect((await app.runs()).said).toBe("private");
  const staying = doors.hosts.filter((_, client) => client % 2 === 0 || client === 1);
  expect((await list()).map(({ server: host }) => host).toSorted()).toEqual(
    [registry.host, ...staying].toSorted(),
  );
  expect(looks).toBeGreaterThan(20);
  await app.remove();
});

test("a haloyd that is killed among logins has those that it had answered", async () => {
  for (let round = 0; round < 3; round += 1) {
    const answered = new Set<string>();
    const logins = doors.hosts.map(async (host) => {
      // Those that are under way when haloyd dies fail.
      const answer = await logIn(host).catch(() => null);
      if (answer?.status === 200) answered.add(host);
    });
    while (answered.size < 3 * (round + 1)) await sleep(1);
    await server.haloyd.kill();
    await Promise.all(logins);
    expect(answered.size).toBeLessThan(CLIENTS);
    await server.restart();

    const kept = (await list()).map(({ server: host }) => host);
    for (const host of answered) expect(kept).toContain(host);
    for (const host of kept) expect(doors.hosts).toContain(host);
    for (const host of kept) await post("logout", { server: host });
  }
});

test("haloyd verify names what is wrong in registries.yaml, and its line", async () => {
  const { dataDir, configDir, server: address } = server.haloyd;
  const directories = ["--data-dir", dataDir, "--config-dir", configDir];
  const verify = () =>
    run(join(ROOT, "bin/haloyd"), ["verify", "--listen", address, ...directories], {
      env: { ...process.env, DOCKER_HOST: testEngine("20.10").host },
    });
  const before = text();
  expect((await verify()).stdout).toContain("✔ logins at registries");

  writeFileSync(join(dataDir, "registries.yaml"), "registries:\n  ghcr.io: s3cret-token\n");
  const { code, stdout } = await verify();

  expect(code).toBe(1);
  expect(stdout).toContain("✖ logins at registries: Cannot use ");
  expect(stdout).toContain("the entry of ghcr.io must be a map, and not an alias of one (line 2)");
  expect(stdout).not.toContain("s3cret-token");
  writeFileSync(join(dataDir, "registries.yaml"), before);
});

interface Entry {
  readonly server: string;
  readonly password: { readonly encrypted: string };
}

function text(): string {
  return readFileSync(join(server.haloyd.dataDir, "registries.yaml"), "utf8");
}

function logIn(host: string): Promise<Response> {
  const { username, password } = registry;
  return post("login", { server: host, username, password });
}

function post(action: "login" | "logout", body: object): Promise<Response> {
  const { url, token } = server.haloyd;
  return fetch(`${url}/v1/registries/${action}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
  });
}

async function list(): Promise<readonly { server: string; username: string }[]> {
  const { url, token } = server.haloyd;
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/v1/registries`, { headers });
  return ((await response.json()) as { registries: [] }).registries;
}

/** Other addresses of this computer at which a registry answers: to an engine, other registries. */
async function openDoors(host: string, count: number): Promise<typeof doors> {
  const [address = "", port] = host.split(":");
  const servers: Server[] = [];
  const hosts: string[] = [];
  for (let number = 2; hosts.length < count; number += 1) {
    const door = createServer((near) => {
      const far = dial(Number(port), address);
      near.pipe(far).pipe(near);
      near.once("error", () => far.destroy());
      far.once("error", () => near.destroy());
    });
    await new Promise<void>((resolve) => door.listen(Number(port), `127.0.0.${number}`, resolve));
    servers.push(door);
    hosts.push(`127.0.0.${number}:${port}`);
  }
  const close = () => {
    for (const door of servers) door.close();
  };
  return { hosts, close };
}
