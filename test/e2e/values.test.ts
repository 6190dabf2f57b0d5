/**
 * Values of several targets: where they come from, what is asked for them, and where they end up.
 */

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createHaloy, isHaloyError } from "../../mod.ts";
import { fetchPage } from "./app.ts";
import { finished, makeProject, type Project, stages } from "./project.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
let project: Project;
const MODULES = join(import.meta.dirname, "../../node_modules");
const PLUGIN = join(import.meta.dirname, "../../plugin.ts");
const $ = (name: string) => `\${${name}}`;
const host = (target: string) => `${target}.values.localhost`;
const calls = () => join(project.app.dir, "calls");

beforeAll(async () => {
  server = await startServer();
  project = await makeProject("values", server.env);
  project.file(".env", "PASSWORD=first-password\n");
  // A provider that notes each call, with what it is asked and what it sees of the environment.
  project.file(
    "vault.ts",
    `import { appendFileSync } from "node:fs";
     import { z } from "${MODULES}/zod/index.js";
     import { Secret, fail } from "${PLUGIN}";
     export default {
       name: "vault",
       options: z.strictObject({}),
       strategies: { resolveSecret: { vault: z.strictObject({}) } },
       setup: () => ({
         resolveSecret: {
           vault: ({ source, keys, directory }, { env }) => {
             const seen = { source, keys, shared: env.PASSWORD, own: env.OWN ?? null };
             appendFileSync(directory + "/calls", JSON.stringify(seen) + "\\n");
             if (keys.includes("missing")) throw fail("SECRET_NOT_FOUND", { message: "Cannot find missing" });
             return Object.fromEntries(keys.map((key) => [key, new Secret("value-of-" + key)]));
           },
         },
       }),
     };`,
  );
});
afterAll(async () => {
  project?.config(config({}));
  await using haloy = await project?.open();
  await haloy?.stop({ all: true, removeContainers: true }).result.catch(() => {});
  await server?.stop();
});
beforeEach(() => rmSync(calls(), { force: true }));

function config(targets: Readonly<Record<string, object>>, more = {}) {
  const of = (name: string) => ({
    name: `values-${name}`,
    domains: [{ domain: host(name) }],
    ...targets[name],
  });
  return {
    server: server.haloyd.server,
    image: { repository: "values", build_config: { context: "." } },
    ...more,
    targets: { a: of("a"), b: of("b") },
  };
}

const secret = (name: string, reference: string) => ({ name, from: { secret: reference } });
const asked = () =>
  existsSync(calls())
    ? readFileSync(calls(), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];

test("a source is asked once for all targets with the same environment, and each sees its own", async () => {
  project.config(
    config(
      {
        a: { env: [secret("A", "vault:app:one"), secret("B", "vault:app:two")] },
        b: {
          env: [secret("A", "vault:app:two"), secret("C", "vault:other:three")],
          api_token: { from: { env: "HALOY_API_TOKEN" } },
          image: {
            build_config: {
              args: [secret("ARG", "vault:app:four")],
              secrets: [secret("mount", "vault:app:five")],
            },
          },
        },
      },
      { plugins: ["./vault.ts"], secret_providers: { vault: { app: {}, other: {} } } },
    ),
  );
  const shared = "first-password";
  const all = async () => {
    rmSync(calls(), { force: true });
    await using haloy = await project.open();
    await haloy.plan({ all: true });
    const order = (call: object) => JSON.stringify(call);
    return asked().toSorted((x, y) => (order(x) < order(y) ? -1 : 1));
  };
  expect(await all()).toEqual([
    { source: "app", keys: ["one", "two", "four", "five"], shared, own: null },
    { source: "other", keys: ["three"], shared, own: null },
  ]);
  // What a provider logs in with may be in a target's own file.
  project.file(".env.a", "OWN=of a\n");
  project.file(".env.b", "OWN=of b\n");
  expect(await all()).toEqual([
    { source: "app", keys: ["one", "two"], shared, own: "of a" },
    { source: "app", keys: ["two", "four", "five"], shared, own: "of b" },
    { source: "other", keys: ["three"], shared, own: "of b" },
  ]);
  for (const target of ["a", "b"]) rmSync(join(project.app.dir, `.env.${target}`));
  rmSync(calls());
  await using haloy = await project.open();
  await haloy.status({ targets: ["a"] }).result.catch(() => {});
  expect(asked()).toEqual([]);
});

test("a source that fails is told once for all targets, a key alone means the only source", async () => {
  const providers = { plugins: ["./vault.ts"], secret_providers: { vault: { app: {} } } };
  project.config(config({}, { env: [secret("A", "missing")], ...providers }));
  const haloy = await project.open();
  const { error } = await finished(haloy.deploy({ all: true }));
  await haloy.close();
  if (!isHaloyError(error)) throw error;
  expect(error.toJSON()).toMatchObject({
    code: "SECRET_NOT_FOUND",
    message: "a, b: Cannot find missing",
    at: { line: expect.any(Number) },
  });
  expect(asked()).toMatchObject([{ source: "app", keys: ["missing"] }]);

  project.config(config({}, { env: [secret("A", "alone")], ...providers }));
  await using again = await project.open();
  await again.deploy({ targets: ["a"] });
  expect(await project.environment(server, host("a"))).toMatchObject({ A: "value-of-alone" });
});

test("interpolated values reach the containers, in a deploy and with new values in a rollback", async () => {
  const env = [
    { name: "URL", value: `db://${$("USER_NAME")}:${$("PASSWORD")}@${$("HOST")}/${$("NOBODY")}` },
    { name: "USER_NAME", value: "shop" },
    { name: "PASSWORD", from: { env: "PASSWORD" } },
    { name: "HOST", value: `${$("USER_NAME")}.internal${$("EMPTY")}` },
    { name: "EMPTY", value: "" },
  ];
  const url = (password: string) => `db://shop:${password}@shop.internal/${$("NOBODY")}`;
  const targets = ["b"];
  project.config(config({}, { env }), "one");
  const first = await project.open();
  const { events } = await finished(first.deploy({ targets }));
  expect(await project.environment(server, host("b"))).toMatchObject({
    URL: url("first-password"),
    HOST: "shop.internal",
    EMPTY: "",
  });
  expect(JSON.stringify(events)).not.toContain("first-password");
  // A release keeps what is written, never what it became.
  expect((await first.plan({ targets })).targets.b?.changes).toEqual([]);
  await first.close();

  project.file(".env", "PASSWORD=second-password\n");
  project.config(config({}, { env: [{ name: "OTHER", value: "1" }] }), "two");
  await using haloy = await project.open();
  await haloy.deploy({ targets });
  const rolledBack = await haloy.rollback({ targets });
  expect(rolledBack.b?.rolledBackTo).toBeTruthy();
  expect((await fetchPage(server.caddy.httpPort, host("b"))).body).toBe("one");
  expect((await project.environment(server, host("b"))).URL).toBe(url("second-password"));
  expect(JSON.stringify((await haloy.plan({ targets })).targets)).not.toContain("password@");
});

test("a rollback without a variable that the release needs is refused before anything changes", async () => {
  project.file(".env", "OTHER=1\n");
  const targets = ["b"];
  project.config(config({}), "three");
  await using haloy = await project.open();
  const before = await server.containers("values-b");
  const [current] = (await haloy.rollbackTargets({ targets })).b ?? [];
  const { error } = await finished(haloy.rollback({ targets, to: current?.deployment ?? "" }));
  if (!isHaloyError(error)) throw error;
  expect(error.code).toBe("ENV_MISSING");
  expect(error.message).toContain("PASSWORD, for PASSWORD");
  expect(await server.containers("values-b")).toEqual(before);
});

test("build_arg makes a variable a build argument, after interpolation and unless one is written", async () => {
  writeFileSync(
    join(project.app.dir, "Args.Dockerfile"),
    [
      "FROM scratch",
      "COPY busybox /bin/busybox",
      "COPY www /www",
      "ARG FULL",
      "ARG WRITTEN",
      'RUN ["/bin/busybox", "sh", "-c", "echo $FULL $WRITTEN > /www/args.txt"]',
      "EXPOSE 8080",
      "STOPSIGNAL SIGKILL",
      'CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]',
    ].join("\n"),
  );
  const build = { dockerfile: "Args.Dockerfile", args: [{ name: "WRITTEN", value: "by hand" }] };
  const env = (who: string) => [
    { name: "FULL", value: `hello ${$("WHO")}`, build_arg: true },
    { name: "WHO", value: who },
    { name: "WRITTEN", value: "not this", build_arg: true },
  ];
  const image = { repository: "values", build_config: { context: ".", ...build } };
  project.config(config({ a: { env: env("a") }, b: { env: env("b") } }, { image }));
  await using haloy = await project.open();
  const plan = await haloy.plan({ all: true });
  // Different arguments are different images, under one tag.
  expect(plan.builds.map(({ args, targets }) => [args, targets])).toEqual([
    [["WRITTEN", "FULL"], ["a"]],
    [["WRITTEN", "FULL"], ["b"]],
  ]);
  const { events } = await finished(haloy.deploy({ all: true }));
  expect(stages(events).slice(2, 6)).toEqual(["build a", "push a", "build b", "push b"]);
  for (const target of ["a", "b"]) {
    const page = await fetchPage(server.caddy.httpPort, host(target), "/args.txt");
    expect(page.body).toBe(`hello ${target} by hand`);
  }
});

test("two different images under one name in one registry are refused before anything is built", async () => {
  const image = {
    repository: "127.0.0.1:9/values",
    build_config: { context: ".", push: "registry" },
    registry: { username: { value: "u" }, password: { from: { env: "HALOY_API_TOKEN" } } },
  };
  const args = (value: string) => ({ image: { build_config: { args: [{ name: "X", value }] } } });
  project.config(config({ a: args("1"), b: args("2") }, { image }));
  const haloy = await project.open();
  const { error, events } = await finished(haloy.deploy({ all: true }));
  await haloy.close();
  if (!isHaloyError(error)) throw error;
  expect(error.code).toBe("CONFIG_INVALID");
  expect(error.message).toContain(
    'Cannot push two different images as "127.0.0.1:9/values:latest": a and b build it differently',
  );
  expect(stages(events)).not.toContain("build");

  project.config(config({ a: args("1"), b: args("1") }, { image }));
  await using same = await project.open();
  const plan = await same.plan({ all: true });
  expect(plan.builds).toMatchObject([{ targets: ["a", "b"] }]);
  expect(plan.pushes).toEqual([
    {
      image: "127.0.0.1:9/values:latest",
      strategy: "registry",
      to: "127.0.0.1:9",
      targets: ["a", "b"],
    },
  ]);
});

test("the founding document's shared build: one build, to the server and to the registry", async () => {
  await using haloy = createHaloy(
    {
      name: "my-app",
      image: {
        repository: "ghcr.io/your-org/my-app",
        buildConfig: { context: project.app.dir, dockerfile: join(project.app.dir, "Dockerfile") },
      },
      server: server.haloyd.server,
      targets: {
        production: { image: { buildConfig: { push: "server" } } },
        staging: {
          image: {
            registry: { username: { value: "u" }, password: { value: "registry-password" } },
            buildConfig: { push: "registry" },
          },
        },
      },
    },
    { env: server.env, cwd: project.app.dir },
  );
  const plan = await haloy.plan({ all: true });
  expect(plan.builds).toMatchObject([{ targets: ["production", "staging"] }]);
  expect(plan.pushes).toMatchObject([
    { strategy: "server", to: server.haloyd.url, targets: ["production"] },
    { strategy: "registry", to: "ghcr.io", targets: ["staging"] },
  ]);
  expect(JSON.stringify(plan)).not.toContain("registry-password");
});
