/**
 * The commands around a deploy, against a real server.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchPage, makeApp, type TestApp } from "./app.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
let app: TestApp;
beforeAll(async () => {
  server = await startServer({ engine: "28-containerd", client: "20.10" });
  app = await makeApp("commands", { server: server.haloyd.server, replicas: 2 });
  app.command(
    "/bin/busybox",
    "sh",
    "-c",
    "echo replica $HALOY_REPLICA_ID of $GREETING; exec /bin/busybox httpd -f -p 8080 -h /www",
  );
});
afterAll(async () => {
  await server?.haloy(app, "stop", "--remove-containers");
  await server?.stop();
});

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await server.haloy(app, ...args, "--json");
  expect(code, stdout + stderr).toBe(0);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
};

test("plan says what a deploy would do, and does nothing", async () => {
  app.write("one", { env: [{ name: "GREETING", value: "hello" }] });
  const plan = await json("plan");
  expect(plan.targets.commands).toMatchObject({
    app: "commands",
    image: "commands:latest",
    source: "build",
    push: "server",
    history: "local",
    strategy: "rolling",
    starts: 2,
    stops: [],
    current: null,
  });
  expect(plan.builds).toMatchObject([
    { image: "commands:latest", context: app.dir, platforms: ["linux/amd64"] },
  ]);
  expect(plan.pushes).toMatchObject([{ strategy: "server", to: server.haloyd.url }]);
  expect(await server.containers("commands")).toEqual([]);
});

test("plan fails where a deploy would: no Dockerfile, or a variable that is not set", async () => {
  const broken = await makeApp("broken-plan", { server: server.haloyd.server });
  broken.write("x", { image: { build_config: { dockerfile: "Dockerfile.missing" } } });
  const noFile = await server.haloy(broken, "plan");
  expect(noFile.code).toBe(1);
  expect(noFile.stderr).toContain(`${broken.dir}/Dockerfile.missing`);
  broken.write("x", { env: [{ name: "A", from: { env: "HALOY_TEST_NOT_SET" } }] });
  const noValue = await server.haloy(broken, "plan");
  expect(noValue.code).toBe(1);
  expect(noValue.stderr).toContain("HALOY_TEST_NOT_SET");
});

test("two replicas run and both get requests", async () => {
  const { deployment, replicas } = await json("deploy");
  expect(replicas.map(({ name }: { name: string }) => name)).toEqual([
    `commands-${deployment}-r1`,
    `commands-${deployment}-r2`,
  ]);
  expect((await fetchPage(server.caddy.httpPort, app.host)).body).toBe("one");
  const status = await json("status");
  expect(status).toMatchObject({ state: "running", deployment, image: "commands:latest" });
  expect(status.replicas).toHaveLength(2);
});

test("logs shows one container, or all of them", async () => {
  const one = await server.haloy(app, "logs", "--no-follow", "--raw");
  expect(one.code).toBe(0);
  expect(one.stdout).toMatch(/^replica [12] of hello$/m);
  expect(one.stdout.match(/^replica/gm)).toHaveLength(1);
  const all = await server.haloy(app, "logs", "--no-follow", "--raw", "--all-containers");
  expect(all.stdout.match(/^replica/gm)).toHaveLength(2);
});

test("logs of an app that does not run says so", async () => {
  const other = await makeApp("never-deployed", { server: server.haloyd.server });
  other.write("x");
  const { code, stderr } = await server.haloy(other, "logs", "--no-follow");
  expect(code).toBe(1);
  expect(stderr).toContain("APP_NOT_FOUND");
});

test("rollback without an ID goes back one release, and again one further", async () => {
  const greet = (value: string) => app.write(value, { env: [{ name: "GREETING", value }] });
  const body = async () => (await fetchPage(server.caddy.httpPort, app.host)).body;
  greet("two");
  await json("deploy");
  greet("three");
  const third = await json("deploy");
  const { releases } = await json("rollback-targets");
  expect(releases).toHaveLength(3);
  expect(releases[0]).toMatchObject({ deployment: third.deployment, current: true });
  expect(releases[1]).toMatchObject({ current: false, lastGood: true });

  const { rolledBackTo } = await json("rollback");
  expect(rolledBackTo).toBe(releases[1].deployment);
  expect(await body()).toBe("two");
  await json("rollback");
  expect(await body()).toBe("one");
  const { code, stderr } = await server.haloy(app, "rollback");
  expect(code).toBe(1);
  expect(stderr).toContain("ROLLBACK_UNAVAILABLE");
  const unknown = await server.haloy(app, "rollback", "01nothing");
  expect(unknown.stderr).toContain("ROLLBACK_TARGET_NOT_FOUND");
  expect(await body()).toBe("one");
});

test("targets and validate-config ask no server", async () => {
  expect((await server.haloy(app, "targets")).stdout).toContain("commands");
  expect((await server.haloy(app, "validate-config")).code).toBe(0);
});

test("server version says which haloyd runs there", async () => {
  expect(await json("server", "version")).toMatchObject({ haloyd: "0.1.0" });
});

test("an app without domains is a worker: checked, replaced, and not routed", async () => {
  const worker = await makeApp("worker", { server: server.haloyd.server, domains: [] });
  worker.command(
    "/bin/busybox",
    "sh",
    "-c",
    "trap 'exit 0' TERM; while :; do sleep 1 & wait; done",
  );
  worker.write("first");
  const deploy = () => server.haloy(worker, "deploy", "--json");
  expect((await deploy()).code).toBe(0);
  worker.write("second");
  const second = await deploy();
  expect(second.code, second.stdout).toBe(0);
  expect(await server.containers("worker")).toHaveLength(1);
  worker.command("/bin/busybox", "false");
  expect((await deploy()).code).toBe(1);
  const left = await server.containers("worker");
  expect(left).toHaveLength(1);
  expect(left[0]).toMatch(/ running$/);
  await server.haloy(worker, "stop", "--remove-containers");
});
