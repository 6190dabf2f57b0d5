/**
 * Several targets of one config: two on one server, one on another.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { isHaloyError } from "../../mod.ts";
import { fetchPage } from "./app.ts";
import { finished, makeProject, type Project, stages } from "./project.ts";
import { startServer, type TestServer } from "./server.ts";

let one: TestServer;
let two: TestServer;
let project: Project;
const host = (target: string) => `${target}.targets.localhost`;

beforeAll(async () => {
  [one, two] = await Promise.all([
    startServer({
      settings: { plugins: [{ use: "deploy-docker", with: { healthTimeoutSeconds: 5 } }] },
    }),
    startServer({ engine: "28-overlay2" }),
  ]);
  const { HALOY_API_TOKEN: _, ...env } = one.env;
  project = await makeProject("targets", { ...env, FROM_SHELL: "shell" });
  // Each server's token is where only its targets look.
  project.file(".env", "SHARED=everywhere\nFROM_SHELL=file\n");
  project.file(
    ".env.production",
    `HALOY_API_TOKEN=${one.haloyd.token}\nONLY_PRODUCTION=p\nFROM_SHELL=file\n`,
  );
  project.file(".env.jobs", `HALOY_API_TOKEN=${one.haloyd.token}\n`);
  project.file(".env.staging", `HALOY_API_TOKEN=${two.haloyd.token}\nSHARED=of staging\n`);
  project.file(".env.db", `HALOY_API_TOKEN=${one.haloyd.token}\n`);
});
afterAll(async () => {
  const haloy = await project?.open();
  await haloy
    ?.stop({ all: true, includeProtected: true, removeContainers: true })
    .result.catch(() => {});
  await haloy?.close();
  await Promise.all([one?.stop(), two?.stop()]);
});

/** The config that all tests share. */
function config(more: Readonly<Record<string, unknown>> = {}, targets = {}) {
  const of = (name: string, server: TestServer, rest = {}) => ({
    name: `targets-${name}`,
    server: server.haloyd.server,
    domains: [{ domain: host(name) }],
    ...rest,
  });
  return {
    image: { repository: "targets-shared", build_config: { context: "." } },
    env: [
      { name: "GREETING", value: "hello" },
      { name: "WHO", value: "nobody" },
      { name: "TEXT", value: `${"$"}{GREETING}, ${"$"}{WHO}!` },
      { name: "SHARED", from: { env: "SHARED" } },
      { name: "FROM_SHELL", from: { env: "FROM_SHELL" } },
    ],
    ...more,
    targets: {
      production: of("production", one, { env: [{ name: "WHO", value: "production" }] }),
      db: of("db", one, { protected: true }),
      staging: of("staging", two, {
        env: [
          { name: "WHO", value: "staging" },
          { name: "OWN", value: "staging only" },
        ],
      }),
      ...targets,
    },
  };
}

test("plan says what deploy --all then does: one build, two pushes, two deploys, the protected target left out", async () => {
  project.config(config());
  await using haloy = await project.open();
  expect(haloy.targets).toEqual(["production", "db", "staging"]);
  const plan = await haloy.plan({ all: true });
  expect(Object.keys(plan.targets)).toEqual(["production", "staging"]);
  expect(plan.builds).toMatchObject([
    { image: "targets-shared:latest", targets: ["production", "staging"], args: [] },
  ]);
  expect(plan.pushes).toMatchObject([
    { strategy: "server", to: one.haloyd.url, targets: ["production"] },
    { strategy: "server", to: two.haloyd.url, targets: ["staging"] },
  ]);
  expect(plan.targets.production).toMatchObject({
    app: "targets-production",
    server: one.haloyd.url,
    source: "build",
    changes: [],
    starts: 1,
    stops: [],
    keeps: [],
    removes: [],
    current: null,
  });
  expect(await one.containers("targets-production")).toEqual([]);

  const { events, result, error } = await finished(haloy.deploy({ all: true }));
  expect(error).toBeUndefined();
  expect(events.filter(({ type }) => type === "targets:left-out")).toMatchObject([
    { targets: ["db"], hint: expect.stringContaining("--include-protected") },
  ]);
  expect(stages(events).slice(0, 5)).toEqual([
    "verify",
    "resolve",
    "build",
    "push production",
    "push staging",
  ]);
  expect(stages(events).slice(5).toSorted()).toEqual(["deploy production", "deploy staging"]);
  expect(Object.keys(result ?? {})).toEqual(["production", "staging"]);
  // What happened on a server is known to be of its target.
  for (const target of ["production", "staging"]) {
    const states = events.flatMap((event) =>
      event.type === "deployment:state" && event.target === target
        ? [[event.deployment, event.state]]
        : [],
    );
    expect(states.at(-1)).toEqual([result?.[target]?.deployment, "succeeded"]);
  }
  expect(await one.containers("targets-db")).toEqual([]);
});

test("containers have what their target inherits and overrides, and nothing of another target's file", async () => {
  const production = await project.environment(one, host("production"));
  const staging = await project.environment(two, host("staging"));
  expect(production).toMatchObject({
    GREETING: "hello",
    TEXT: "hello, production!",
    SHARED: "everywhere",
    FROM_SHELL: "shell",
  });
  expect(staging).toMatchObject({
    TEXT: "hello, staging!",
    OWN: "staging only",
    SHARED: "of staging",
    FROM_SHELL: "shell",
  });
  expect(production).not.toHaveProperty("OWN");
});

test("a variable that only another target's file has is missing, and the error names the target", async () => {
  const entry = { name: "X", from: { env: "ONLY_PRODUCTION" } };
  project.config(config({ env: [entry] }));
  await using haloy = await project.open();
  const { error, events } = await finished(haloy.deploy({ targets: ["production", "staging"] }));
  if (!isHaloyError(error)) throw error;
  expect(error.code).toBe("ENV_MISSING");
  expect(error.message).toMatch(/^staging: .*ONLY_PRODUCTION, for X \(line \d+\)/s);
  expect(error.at).toMatchObject({
    file: `${project.app.dir}/haloy.yaml`,
    line: expect.any(Number),
  });
  expect(stages(events)).not.toContain("build");
  // A question needs no values.
  const status = await haloy.status({ all: true }).result.catch((thrown: unknown) => thrown);
  if (!isHaloyError(status)) throw status;
  expect(status.message).toContain("db: There is no app");
  expect(status.details).toMatchObject({
    targets: {
      production: { succeeded: true, answer: { state: "running" } },
      db: { succeeded: false, error: { code: "APP_NOT_FOUND" } },
    },
  });
});

test("all problems of all targets are told at once, before anything is built", async () => {
  project.config(
    config(
      {},
      {
        production: { server: one.haloyd.server, env: [{ name: "A", from: { env: "NOT_SET" } }] },
        staging: {
          server: "127.0.0.1:9",
          image: { build_config: { dockerfile: "No.Dockerfile" } },
        },
      },
    ),
  );
  await using haloy = await project.open();
  const { error, events } = await finished(haloy.deploy({ targets: ["production", "staging"] }));
  if (!isHaloyError(error)) throw error;
  expect(error.message).toMatch(/^Cannot go on, for 3 reasons:/);
  expect(error.message).toMatch(/^- production: .*\n.*NOT_SET, for A/m);
  expect(error.message).toMatch(/^- staging: .*127\.0\.0\.1:9/m);
  expect(error.message).toMatch(/^- staging: .*No\.Dockerfile/m);
  expect(stages(events)).toEqual(["verify", "resolve"]);
  // Neither went well, so neither is told as done.
  expect(events.filter(({ type }) => type === "stage:end")).toEqual([]);
});

test("one server that is written in two ways is one server: an app or a domain is there once", async () => {
  const again = one.haloyd.server.replace("127.0.0.1", "127.1");
  const shared = { server: again, domains: [{ domain: host("production") }] };
  project.config(config({}, { jobs: { ...shared, name: "targets-jobs" } }));
  await using haloy = await project.open();
  const { error, events } = await finished(haloy.deploy({ targets: ["production", "jobs"] }));
  if (!isHaloyError(error)) throw error;
  expect(error.code).toBe("CONFIG_INVALID");
  expect(error.message).toContain(
    `"production" and "jobs" have the domain "${host("production")}" on ${one.haloyd.url}`,
  );
  expect(stages(events)).not.toContain("build");
});

test("a target that fails does not stop the others, and the error tells both", async () => {
  project.config(
    config(
      {},
      {
        jobs: {
          name: "targets-jobs",
          server: one.haloyd.server,
          health_check_path: "/missing",
          domains: [{ domain: host("jobs") }],
        },
      },
    ),
    "second",
  );
  await using haloy = await project.open();
  const { error, events } = await finished(
    haloy.deploy({ targets: ["jobs", "production", "staging"] }),
  );
  if (!isHaloyError(error)) throw error;
  expect(error.code).toBe("CONTAINER_UNHEALTHY");
  expect(error.message).toMatch(/^jobs: /);
  expect(error.message).toMatch(/Deployed all the same: production \(01\w+\), staging \(01\w+\)$/);
  expect(error.details).toMatchObject({
    targets: {
      production: { succeeded: true, answer: { app: "targets-production" } },
      staging: { succeeded: true },
      jobs: { succeeded: false, error: { code: "CONTAINER_UNHEALTHY" } },
    },
  });
  expect(events.at(-1)).toMatchObject({ type: "run:fail", error: { code: "CONTAINER_UNHEALTHY" } });
  for (const [server, target] of [
    [one, "production"],
    [two, "staging"],
  ] as const) {
    expect((await fetchPage(server.caddy.httpPort, host(target))).body).toBe("second");
  }
  expect(await one.containers("targets-jobs")).toEqual([]);
});

test("what plan says of a second deploy is what it does: changes, containers, releases", async () => {
  project.config(
    config({
      env: [
        { name: "API_TOKEN", value: "old-and-secret" },
        { name: "MODE", value: "slow" },
      ],
      image: {
        repository: "targets-shared",
        build_config: { context: "." },
        history: { strategy: "local", count: 2 },
      },
    }),
    "third",
  );
  const targets = ["production"];
  const before = await project.open();
  const first = await before.deploy({ targets });
  await before.close();
  project.config(
    config(
      {
        env: [
          { name: "API_TOKEN", value: "new-and-secret" },
          { name: "MODE", value: "fast" },
          { name: "LATER", from: { env: "SHARED" } },
        ],
        image: {
          repository: "targets-shared",
          build_config: { context: "." },
          history: { strategy: "local", count: 2 },
        },
      },
      {},
    ),
    "fourth",
  );
  await using haloy = await project.open();
  const plan = (await haloy.plan({ targets })).targets.production;
  expect(plan?.changes).toEqual([
    { setting: "env.API_TOKEN", from: "set", to: "changed" },
    { setting: "env.MODE", from: "set", to: "changed" },
    { setting: "env.LATER", from: null, to: "from env SHARED" },
  ]);
  expect(JSON.stringify(plan)).not.toContain("and-secret");
  expect(plan?.current?.deployment).toBe(first.production?.deployment);
  const running = await one.containers("targets-production");
  expect(plan?.stops.map((name) => `${name} running`)).toEqual(running);

  const { production } = await haloy.deploy({ targets });
  const after = await one.containers("targets-production");
  expect(after).toHaveLength(plan?.starts ?? 0);
  expect(after.some((name) => running.includes(name))).toBe(false);
  const kept = (await haloy.rollbackTargets({ targets })).production ?? [];
  expect(kept.map(({ deployment }) => deployment)).toEqual([
    production?.deployment,
    ...(plan?.keeps ?? []),
  ]);
  expect(plan?.removes?.length).toBeGreaterThan(0);
  expect((await haloy.plan({ targets })).targets.production?.changes).toEqual([]);
});

test("stop leaves protected targets alone unless they are meant, and rolls nobody back by one ID", async () => {
  project.config(config());
  await using haloy = await project.open();
  await haloy.deploy({ targets: ["db"] });
  const stopped = await haloy.stop({ all: true, removeContainers: true });
  expect(stopped).toEqual({ production: { stopped: 1 }, staging: { stopped: 1 } });
  expect(await one.containers("targets-db")).toHaveLength(1);
  expect(await one.containers("targets-production")).toEqual([]);
  const rollback = await haloy
    .rollback({ targets: ["production", "staging"], to: "01x" })
    .result.catch((error: unknown) => error);
  expect(isHaloyError(rollback) && rollback.code).toBe("USAGE_INVALID");
  expect(await haloy.stop({ targets: ["db"], removeContainers: true })).toEqual({
    db: { stopped: 1 },
  });
});

test("lines of all targets come together, and one that does not run is told before any line", async () => {
  await using haloy = await project.open();
  const wanted = { targets: ["production", "staging"], follow: false };
  const nothing = await haloy
    .logs(wanted)
    [Symbol.asyncIterator]()
    .next()
    .catch((error: unknown) => error);
  expect(isHaloyError(nothing) && nothing.message).toMatch(/production: [\s\S]*staging: /);
  project.app.command(
    "/bin/busybox",
    "sh",
    "-c",
    "echo I am $WHO; exec /bin/busybox httpd -f -p 8080 -h /www",
  );
  project.config(config(), "talking");
  await haloy.deploy({ targets: ["production", "staging"] });
  const lines: string[] = [];
  for await (const { target, line } of haloy.logs(wanted)) lines.push(`${target}: ${line}`);
  expect(lines.toSorted()).toEqual(["production: I am production", "staging: I am staging"]);
  // A reader that leaves ends the requests of all targets.
  for await (const { target } of haloy.logs({ ...wanted, follow: true })) {
    expect(["production", "staging"]).toContain(target);
    break;
  }
});

test("a cancellation ends the deployments on all servers, and what served goes on", async () => {
  const targets = ["production", "staging"];
  const before = await Promise.all([
    one.containers("targets-production"),
    two.containers("targets-staging"),
  ]);
  project.config(config({ min_ready_seconds: 60 }), "never");
  await using haloy = await project.open();
  const run = haloy.deploy({ targets });
  const checking = new Set<string | undefined>();
  for await (const event of run) {
    if (event.type === "deployment:state" && event.state === "checking") checking.add(event.target);
    if (checking.size === 2) run.cancel();
  }
  const error = await run.result.catch((thrown: unknown) => thrown);
  expect(isHaloyError(error) && error.code).toBe("ABORTED");
  const status = await haloy.status({ targets });
  for (const target of targets) expect(status[target]?.latest?.state).toBe("cancelled");
  expect([
    await one.containers("targets-production"),
    await two.containers("targets-staging"),
  ]).toEqual(before);
});
