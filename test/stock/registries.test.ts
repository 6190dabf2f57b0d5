/**
 * The stock Haloy command keeps logins at registries on our haloyd, by its own routes.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import type { Registry } from "../../scripts/environment/registry.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { aRegistry } from "../registry/harness.ts";
import { stockHaloy } from "./cli.ts";

let server: TestServer;
let registry: Registry;
const dir = mkdtempSync(join(tmpdir(), "haloy-stock-"));
beforeAll(async () => {
  [server, registry] = await Promise.all([startServer(), aRegistry()]);
  const config = { name: "stock", server: server.haloyd.server, image: { repository: "nginx" } };
  writeFileSync(join(dir, "haloy.yaml"), stringify(config));
});
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("the stock command logs in, lists and logs out", async () => {
  const haloy = async (...args: string[]) => {
    const { code, stdout, stderr } = await stockHaloy(["server", "registry", ...args], {
      cwd: dir,
      env: { ...server.env, HOME: dir },
    });
    return { code, said: stdout + stderr };
  };
  const login = (registryHost: string, username: string, password: string) =>
    haloy("login", registryHost, "-u", username, "-p", password);
  const { host, username, password } = registry;

  expect(await login(`HTTP://${host}/`, username, password)).toMatchObject({ code: 0 });
  const kept = readFileSync(join(server.haloyd.dataDir, "registries.yaml"), "utf8");
  expect(kept).toContain(host);
  expect(kept).not.toContain(password);

  const refused = await login(host, username, "wrong");
  expect(refused.code).toBe(1);
  expect(refused.said).toContain("400");
  expect(refused.said).toContain("does not accept the user name");
  const mail = await login("docker.io", "me@example.com", password);
  expect(mail.said).toContain("is an e-mail address, and Docker Hub wants your user name");

  const listed = await haloy("list");
  expect(listed.code).toBe(0);
  expect(listed.said).toMatch(new RegExp(`${host}\\b.*\\b${username}\\b`));
  expect(listed.said).not.toContain("docker.io");

  expect(await haloy("logout", host)).toMatchObject({ code: 0 });
  expect((await haloy("list")).said).not.toContain(host);
  const again = await haloy("logout", host);
  expect(again.code).toBe(1);
  expect(again.said).toContain("404");
});
