/**
 * `haloyd` itself: setting a server up, checking it, and its token.
 */

import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, run } from "../../scripts/environment/haloyd.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { testEngine } from "../engines.ts";

const DOCKER_HOST = testEngine("20.10").host;
const haloyd = (args: readonly string[], env: Record<string, string> = {}) =>
  run(join(ROOT, "bin/haloyd"), args, { env: { ...process.env, DOCKER_HOST, ...env } });

function directories(): { dir: string; args: string[]; data: string; config: string } {
  const dir = mkdtempSync(join(tmpdir(), "haloyd-"));
  const data = join(dir, "data");
  const config = join(dir, "config");
  return { dir, data, config, args: ["--data-dir", data, "--config-dir", config] };
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

test("init prints the token once and keeps private files", async () => {
  const { args, data, config } = directories();
  const made = await haloyd(["init", "--api-domain", "Haloy.Example.com", ...args]);
  expect(made.code).toBe(0);
  expect(made.stdout).toMatch(/^[0-9a-f]{64}\n$/);
  for (const path of [data, config]) expect(statSync(path).mode & 0o077).toBe(0);
  for (const file of [join(config, "api-token.hash"), join(data, "secret.key")]) {
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
  expect(readFileSync(join(config, "api-token.hash"), "utf8")).not.toContain(made.stdout.trim());

  const again = await haloyd(["init", ...args]);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("is there already");

  const url = await haloyd(["config", "get", "api-url", "--raw", "--config-dir", config]);
  expect(url.stdout).toBe("https://haloy.example.com\n");
  const token = await haloyd(["config", "get", "api-token", "--config-dir", config]);
  expect(token.code).toBe(1);
  expect(token.stderr).toContain("only its hash is kept");
});

test("init without an engine leaves nothing behind", async () => {
  const { args, data, config } = directories();
  const failed = await haloyd(["init", ...args], { DOCKER_HOST: "unix:///nowhere.sock" });
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain("ENGINE_UNREACHABLE");
  expect(existsSync(data) || existsSync(config)).toBe(false);
});

test("verify names everything that is wrong, and nothing on a server that works", async () => {
  const { haloyd: running } = server;
  const args = ["--data-dir", running.dataDir, "--config-dir", running.configDir];
  const good = await haloyd(["verify", "--listen", running.server, ...args]);
  expect(good.stdout).not.toContain("✖");
  expect(good.code).toBe(0);

  const { args: missing } = directories();
  const bad = await haloyd(["verify", "--listen", "127.0.0.1:9", ...missing], {
    DOCKER_HOST: "unix:///nowhere.sock",
  });
  expect(bad.code).toBe(1);
  for (const name of ["API token", "data directory", "Docker Engine", "haloyd on"]) {
    expect(bad.stdout).toMatch(new RegExp(`✖ ${name}`));
  }
});

test("verify says when the router does not answer", async () => {
  const { args, config } = directories();
  await haloyd(["init", ...args]);
  writeFileSync(
    join(config, "haloyd.yaml"),
    "router: { strategy: caddy, admin: http://127.0.0.1:9 }\n",
  );
  const { code, stdout } = await haloyd(["verify", ...args]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/✖ plugins and router: .*127\.0\.0\.1:9/);
});

test("a second haloyd on the same data directory is refused", async () => {
  const { haloyd: running } = server;
  const second = await haloyd([
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--data-dir",
    running.dataDir,
    "--config-dir",
    running.configDir,
  ]);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain("another haloyd is using it");
});

test("a wrong haloyd.yaml is named with the file and the key", async () => {
  const { args, config } = directories();
  await haloyd(["init", ...args]);
  writeFileSync(join(config, "haloyd.yaml"), "routr: {}\n");
  const { code, stderr } = await haloyd(["serve", ...args]);
  expect(code).toBe(1);
  expect(stderr).toContain(join(config, "haloyd.yaml"));
  expect(stderr).toContain("routr");
});

test.each([
  ["no token", undefined],
  ["a wrong token", "Bearer wrong"],
  ["another scheme", "Basic abc"],
])("the API refuses %s", async (_name, authorization) => {
  const headers = authorization === undefined ? {} : { authorization };
  for (const path of ["/v1/version", "/v1/status/x", "/v1/deployments/x/events"]) {
    expect((await fetch(`${server.haloyd.url}${path}`, { headers })).status).toBe(401);
  }
  expect((await fetch(`${server.haloyd.url}/health`)).status).toBe(200);
});

test("a request with an unknown field or a body that is too large is refused by name", async () => {
  const post = (body: string) =>
    fetch(`${server.haloyd.url}/v1/deploy`, {
      method: "POST",
      body,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${server.haloyd.token}`,
        "content-type": "application/json",
      },
    });
  const unknown = await post(JSON.stringify({ deploymentID: "x", targetConfig: {}, extra: 1 }));
  expect(unknown.status).toBe(400);
  expect(await unknown.text()).toContain("extra");
  const noName = await post(JSON.stringify({ deploymentID: "x", targetConfig: {} }));
  expect(await noName.json()).toMatchObject({
    code: "API_REQUEST_INVALID",
    message: expect.stringContaining("targetConfig.name"),
  });
  const large = await post(JSON.stringify({ deploymentID: "x".repeat(33 * 1024 * 1024) }));
  expect(large.status).toBe(413);
});
