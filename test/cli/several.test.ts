/**
 * The command line on two targets of one server, of which one can be broken.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApp, type TestApp } from "../e2e/app.ts";
import { startServer, type TestServer } from "../e2e/server.ts";

let server: TestServer;
let app: TestApp;

beforeAll(async () => {
  server = await startServer({
    settings: { plugins: [{ use: "deploy-docker", with: { healthTimeoutSeconds: 5 } }] },
  });
  app = await makeApp("cli-several", {});
});
afterAll(async () => {
  write("end");
  await run("stop", "--all", "--remove-containers");
  await server?.stop();
});

const run = (...args: string[]) => server.haloy(app, ...args);

/** Write the config; `api` is what differs in the second target. */
function write(greeting: string, api: Readonly<Record<string, unknown>> = {}): void {
  app.write(greeting, {
    ...{ name: undefined, domains: undefined, server: server.haloyd.server },
    image: { repository: "cli-several", build_config: { context: "." } },
    env: [{ name: "GREETING", value: greeting }],
    targets: {
      web: { name: "cli-several-web", domains: [{ domain: "web.several.localhost" }] },
      api: { name: "cli-several-api", domains: [{ domain: "api.several.localhost" }], ...api },
    },
  });
}

const objects = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a plan of two new targets: one build, one push, and a sentence at the end", async () => {
  write("one");
  const { code, stdout } = await run("plan", "--all");
  expect(stdout).toMatch(/^Build cli-several:latest for web and api\n +dockerfile +Dockerfile$/m);
  expect(stdout.match(/^Push /gm)).toHaveLength(1);
  expect(stdout).toMatch(/^Deploy web: cli-several-web on http/m);
  expect(stdout.trim().split("\n").at(-1)).toBe(
    "haloy deploy would build 1 image, push once and start 2 containers: 2 targets are new",
  );
  expect(code).toBe(0);
});

test("a deploy of two targets tells whose each line is, and each result", async () => {
  const { code, stdout, stderr } = await run("deploy", "--all");
  expect(stdout).toMatch(/^● Deploying web, api$/m);
  expect(stdout.match(/Build cli-several:latest/g)).toHaveLength(1);
  for (const target of ["web", "api"]) {
    expect(stdout).toMatch(new RegExp(`^${target}   checking$`, "m"));
    expect(stdout).toMatch(new RegExp(`^${target} ✔ Deploy to http`, "m"));
    expect(stdout).toMatch(new RegExp(`^✔ Deployed ${target} \\(cli-several-${target}\\) on`, "m"));
    expect(stdout).toContain(`http://${target}.several.localhost`);
  }
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("a plan of what runs already says what changes, and that all starts anew", async () => {
  const same = await run("plan", "--all");
  expect(same.stdout).toMatch(/changes +none: the same settings run now/);
  expect(same.stdout).toContain("2 targets have the same settings and start anew all the same");
  write("one", { replicas: 2 });
  const { stdout } = await run("plan", "--all");
  expect(stdout).toContain("~ replicas: 1 → 2");
  expect(stdout).toContain("1 target changes and 1 has the same settings");
  const json = objects((await run("plan", "--all", "--json")).stdout);
  expect(json).toHaveLength(1);
  expect(json[0].targets.api.changes).toEqual([{ setting: "replicas", from: "1", to: "2" }]);
});

test("where one target fails the other is deployed, both are told, and the exit code is 1", async () => {
  write("two", { health_check_path: "/missing" });
  const { code, stdout, stderr } = await run("deploy", "--all");
  expect(stdout).toMatch(/^✔ Deployed web \(cli-several-web\)/m);
  expect(stdout).not.toContain("Deployed api");
  expect(stderr).toMatch(/^api ✖ failed in deploy$/m);
  expect(stderr).toMatch(/^✖ api: Cannot deploy "cli-several-api"/m);
  expect(stderr).toMatch(/^Deployed all the same: web/m);
  expect(stderr).toContain("[CONTAINER_UNHEALTHY]");
  expect(code).toBe(1);
});

test("with --json the result of the one stands before the error of the other", async () => {
  write("three", { health_check_path: "/missing" });
  const { code, stdout, stderr } = await run("deploy", "--all", "--json");
  const told = objects(stdout);
  expect(told[0]).toMatchObject({ type: "run:start", targets: ["web", "api"] });
  expect(told.slice(-2)).toMatchObject([
    { type: "result", target: "web", app: "cli-several-web" },
    {
      type: "error",
      code: "CONTAINER_UNHEALTHY",
      details: { targets: { web: { succeeded: true }, api: { succeeded: false } } },
    },
  ]);
  expect(told.filter(({ type }) => type === "error" || type === "run:fail")).toHaveLength(1);
  expect(stderr).toBe("");
  expect(code).toBe(1);
});

test("questions answer for each target: one block, or one line of JSON", async () => {
  const status = await run("status", "--all");
  expect(status.stdout).toMatch(/^web \(cli-several-web\) +running$/m);
  expect(status.stdout).toMatch(/^api \(cli-several-api\) +running$/m);
  expect(status.stdout).toMatch(/latest +\S+, failed/);
  expect(objects((await run("status", "--all", "--json")).stdout)).toMatchObject([
    { target: "web", app: "cli-several-web" },
    { target: "api", app: "cli-several-api" },
  ]);
  expect(objects((await run("rollback-targets", "--all", "--json")).stdout)).toMatchObject([
    { target: "web", releases: [{ current: true }, { lastGood: true }, {}] },
    { target: "api", releases: [{ current: true, changes: [] }] },
  ]);
});

test("rollback-targets says in what each release differs from the one that serves", async () => {
  const { stdout } = await run("rollback-targets", "--target", "web");
  const rows = stdout.trim().split("\n").slice(2);
  expect(rows).toEqual([
    expect.stringMatching(/ serves now +(?:\d+ minutes? ago|just now), \S+Z +[0-9a-f]{12}$/),
    expect.stringMatching(
      / last good +(?:\d+ minutes? ago|just now), \S+Z +[0-9a-f]{12} +image, env\.GREETING$/,
    ),
    expect.stringMatching(
      / (?:\d+ minutes? ago|just now), \S+Z +[0-9a-f]{12} +image, env\.GREETING$/,
    ),
  ]);
});

test("one target is rolled back after telling to what; its lines have no prefix", async () => {
  const { code, stdout } = await run("rollback", "--target", "web");
  expect(stdout).toMatch(/^● The last good release is \S+:$/m);
  expect(stdout).toMatch(/^● Rolling back cli-several-web$/m);
  expect(stdout).toMatch(/^ {2}checking$/m);
  expect(stdout).toMatch(/^✔ Rolled back web \(cli-several-web\)/m);
  expect(code).toBe(0);
});

test("server version asks each server once", async () => {
  const { stdout } = await run("server", "version", "--all", "--json");
  expect(objects(stdout)).toMatchObject([
    { server: server.haloyd.url, targets: ["web", "api"], haloyd: "0.1.0" },
  ]);
});

test("stop says how many containers of which target", async () => {
  const { stdout } = await run("stop", "--all");
  expect(stdout).toBe(
    "✔ Stopped 1 container of web (cli-several-web)\n✔ Stopped 1 container of api (cli-several-api)\n",
  );
});
