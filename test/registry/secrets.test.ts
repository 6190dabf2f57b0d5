/**
 * A sentinel as the registry's password: it reaches the registry, and nothing that anybody reads.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { errorJson } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { commandLinesDuring } from "../build/process-list.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { testEngine } from "../engines.ts";
import { DeployedApp } from "./deploy.ts";
import { anImage, aRegistry, loginTo, newName, push } from "./harness.ts";

const SENTINEL = "s3ntinel+registry/4711";
const WRONG = "wr0ng+sentinel/4712";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ engine: "28-overlay2" });
});
afterAll(() => server?.stop());

test("a registry's password is on no command line, in no event, log, error, database or docker config", async () => {
  const registry = await aRegistry(SENTINEL);
  const { host } = testEngine("20.10");
  const home = mkdtempSync(join(tmpdir(), "haloy-home-"));
  const env = { HOME: home, DOCKER_CONFIG: join(home, ".docker") };
  const login = loginTo(registry);
  const wrong = { ...login, password: new Secret(WRONG) };
  const reference = newName(registry.host);
  const app = new DeployedApp(server);
  const seen: string[] = [];

  const commandLines = await commandLinesDuring(async () => {
    const image = await anImage(host, reference, "x".repeat(1_000_000));
    for (const one of [wrong, login]) {
      const { pushed, events } = push(host, image, { login: one, env });
      const outcome = await pushed.catch(errorJson);
      seen.push(JSON.stringify(outcome), JSON.stringify(events));
    }

    const failed = await app.deploy(reference, { login: wrong });
    expect(failed).toMatchObject({ error: { code: "REGISTRY_UNAUTHORIZED" } });
    // A stock client leaves resolved values in what it wants to be kept for a rollback.
    const stock = { rollbackDeployConfig: app.config(reference, { login }) };
    const first = await app.deploy(reference, { login, ...stock });
    const second = await app.deploy(reference, { login });
    expect([first, second]).toMatchObject([{ state: "succeeded" }, { state: "succeeded" }]);
    const targets = await app.rollbackTargets();
    expect(JSON.stringify(targets)).toContain('"registry":{"server"');
    const back = targets.find(({ DeploymentID }) => DeploymentID === first.id);
    const rolledBack = await app.rollback(back ?? targets[0]!);
    expect(rolledBack).toMatchObject({ state: "succeeded", rolledBackFrom: first.id });
    for (const record of [failed, first, second, rolledBack]) {
      seen.push(JSON.stringify(record), await app.events(record.id));
    }
    seen.push(JSON.stringify(targets), JSON.stringify(await app.rollbackTargets()));
  });

  // The engines' own processes are seen, so ours would be.
  expect(commandLines.join("\n")).toContain("docker-registry serve");
  expect(filesWith(app.name, join(server.haloyd.dataDir, ".."))).not.toEqual([]);
  const header = Buffer.from(`${login.username}:${SENTINEL}`).toString("base64").slice(0, -4);
  const forms = [SENTINEL, WRONG].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64").slice(0, -4),
  ]);
  for (const form of [...forms, header]) {
    for (const text of [...seen, ...commandLines]) expect(text).not.toContain(form);
    // Everything haloyd has on disk, its log included.
    expect(filesWith(form, join(server.haloyd.dataDir, ".."))).toEqual([]);
  }
  expect(readdirSync(home)).toEqual([]);
  rmSync(home, { recursive: true });
  await app.remove();
});

function filesWith(text: string, dir: string): string[] {
  try {
    const found = execFileSync("grep", ["-rlaF", "--file=-", dir], { input: text });
    return found.toString().trim().split("\n");
  } catch (error) {
    // grep ends with 1 when nothing was found.
    if ((error as { status?: unknown }).status === 1) return [];
    throw error;
  }
}
