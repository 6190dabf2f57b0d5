/**
 * The founding document's "Multi-Target with Shared Build", for real: one build, straight to the
 * production server, and by a registry to the staging server.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { haloy } from "../../scripts/environment/haloyd.ts";
import { type Registry, startRegistry } from "../../scripts/environment/registry.ts";
import { fetchPage, makeApp, type TestApp } from "../e2e/app.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { example } from "./config.ts";

let production: TestServer;
let staging: TestServer;
let registry: Registry;
let app: TestApp;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "haloy-shared-"));
  [production, staging, registry] = await Promise.all([
    startServer({ engine: "20.10" }),
    startServer({ engine: "28-overlay2", client: "20.10" }),
    startRegistry({ dir: join(dir, "registry") }),
  ]);
  app = await makeApp("shared", {});
  app.write("shared build");
});
afterAll(async () => {
  await production?.haloy(app, "stop", "--all", "--remove-containers");
  await Promise.all([production?.stop(), staging?.stop(), registry?.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

test("the document's config is one build and two pushes, as planned and as done", async () => {
  // The document's text, with servers and a registry that are here, and no DNS.
  const text = (await example("19-multi-target-shared-build"))
    .replaceAll("ghcr.io", registry.host)
    .replace("prod.haloy.com", production.haloyd.server)
    .replace("staging.haloy.com", staging.haloyd.server)
    .replaceAll(/("staging\.)?my-app\.com"/g, (_, sub) => `${sub ?? ""}my-app.localhost"`);
  const config = parse(text);
  config.targets.production.name = `${app.name}-production`;
  config.targets.staging.name = `${app.name}-staging`;
  writeFileSync(join(app.dir, "haloy.yaml"), stringify(config));
  // Both servers have their own token, and no shell has it: .env.<target> does.
  const { HALOY_API_TOKEN: _, ...env } = production.env;
  for (const [target, server] of Object.entries({ production, staging })) {
    writeFileSync(join(app.dir, `.env.${target}`), `HALOY_API_TOKEN=${server.haloyd.token}\n`);
  }
  const login = `GITHUB_USERNAME=${registry.username}\nGITHUB_TOKEN=${registry.password}\n`;
  writeFileSync(join(app.dir, ".env"), login);
  const run = (...args: string[]) => haloy(args, { cwd: app.dir, env });

  const planned = await run("plan", "--all", "--json");
  expect(planned.stderr + planned.stdout).not.toContain(registry.password);
  expect(planned.code, planned.stderr).toBe(0);
  const plan = JSON.parse(planned.stdout.trim().split("\n").at(-1) ?? "");
  expect(plan.builds).toHaveLength(1);
  expect(plan.builds[0].targets).toEqual(["production", "staging"]);
  expect(
    plan.pushes.map(({ strategy, to, targets }: Record<string, unknown>) => [
      strategy,
      to,
      targets,
    ]),
  ).toEqual([
    ["server", `http://${production.haloyd.server}`, ["production"]],
    ["registry", registry.host, ["staging"]],
  ]);

  const deployed = await run("deploy", "--all", "--json");
  expect(deployed.code, deployed.stderr).toBe(0);
  const events = deployed.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const begun = (stage: string) =>
    events.filter((event) => event.type === "stage:start" && event.stage === stage).length;
  expect([begun("build"), begun("push"), begun("deploy")]).toEqual([1, 2, 2]);
  expect(deployed.stdout + deployed.stderr).not.toContain(registry.password);
  for (const [server, host] of [
    [production, "my-app.localhost"],
    [staging, "staging.my-app.localhost"],
  ] as const) {
    const page = await fetchPage(server.caddy.httpPort, host);
    expect([host, page.status, page.body]).toEqual([
      host,
      200,
      expect.stringContaining("shared build"),
    ]);
  }
  // The registry's server runs what was pushed, not whatever the tag names by then.
  const results = events.filter(({ type }) => type === "result");
  const byTarget = Object.fromEntries(results.map((result) => [result.target, result]));
  expect(byTarget.staging.image).toMatch(/my-app:latest@sha256:[0-9a-f]{64}$/);
  expect(byTarget.production.image).toBe(`${registry.host}/your-org/my-app:latest`);
});
