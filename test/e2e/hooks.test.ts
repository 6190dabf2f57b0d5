/**
 * Commands of the config: before the build and after the deploy.
 */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { isHaloyError } from "../../mod.ts";
import { fetchPage } from "./app.ts";
import { finished, makeProject, type Project, stages } from "./project.ts";
import { startServer, type TestServer } from "./server.ts";

const SECRET = "hooks-s3cret-value";

let server: TestServer;
let project: Project;
beforeAll(async () => {
  server = await startServer({
    settings: { plugins: [{ use: "deploy-docker", with: { healthTimeoutSeconds: 3 } }] },
  });
  project = await makeProject("hooks", { ...server.env, SECRET, SHELL: "/bin/sh" });
});
afterAll(async () => {
  project?.config(config());
  await using haloy = await project?.open();
  await haloy?.stop({ all: true, removeContainers: true }).result.catch(() => {});
  await server?.stop();
});
beforeEach(() => rmSync(join(project.app.dir, "said"), { force: true }));

const host = (target: string) => `${target}.hooks.localhost`;

/** A command that writes down who it is, and what it was told. */
const say = (name: string) =>
  `echo "${name} $HALOY_TARGETS$HALOY_TARGET $HALOY_APP $HALOY_DEPLOYMENT_ID $HALOY_OUTCOME" >> said`;

function config(targets: Readonly<Record<string, object>> = {}, more = {}) {
  const of = (name: string) => ({
    name: `hooks-${name}`,
    domains: [{ domain: host(name) }],
    pre_deploy: [say("pre")],
    post_deploy: [say("post")],
    ...targets[name],
  });
  return {
    server: server.haloyd.server,
    image: { repository: "hooks", build_config: { context: "." } },
    global_pre_deploy: [say("global-pre")],
    global_post_deploy: [say("global-post")],
    ...more,
    targets: { a: of("a"), b: of("b") },
  };
}

/** What commands wrote down. IDs of deployments are replaced by their targets' names. */
function said(ids: Readonly<Record<string, string>> = {}): string[] {
  const text = readFileSync(join(project.app.dir, "said"), "utf8");
  const named = Object.entries(ids).reduce(
    (all, [target, id]) => all.replaceAll(id, `<${target}>`),
    text,
  );
  return named
    .trim()
    .split("\n")
    .map((line) => line.replace(/ +/g, " ").trim());
}

test("commands run in their order, before the build and after the deploy, and know whose they are", async () => {
  project.config(
    config({
      a: {
        pre_deploy: [say("pre"), "echo made by pre_deploy > www/made.txt; echo one; echo two >&2"],
      },
    }),
  );
  await using haloy = await project.open();
  const { events, result } = await finished(haloy.deploy({ all: true }));
  const ids = { a: result?.a?.deployment ?? "", b: result?.b?.deployment ?? "" };
  expect(said(ids)).toEqual([
    "global-pre a,b",
    "pre a hooks-a <a>",
    "pre b hooks-b <b>",
    "post a hooks-a <a> succeeded",
    "post b hooks-b <b> succeeded",
    "global-post a,b succeeded",
  ]);
  // What pre_deploy makes is in the image.
  const made = await fetchPage(server.caddy.httpPort, host("b"), "/made.txt");
  expect(made.body).toBe("made by pre_deploy");
  const output = events.flatMap((event) =>
    event.type === "command:output" ? [[event.phase, event.target, event.line]] : [],
  );
  expect(output.toSorted()).toEqual([
    ["pre_deploy", "a", "one"],
    ["pre_deploy", "a", "two"],
  ]);
  const ends = events.flatMap((event) =>
    event.type === "command:end" ? [[event.phase, event.target, event.exitCode]] : [],
  );
  expect(ends.at(0)).toEqual(["global_pre_deploy", undefined, 0]);
  expect(ends).toHaveLength(7);
});

test("a pre_deploy command that fails stops everything: nothing is built, what had begun is ended, secrets are not shown", async () => {
  project.config(
    config(
      { a: { pre_deploy: ["echo it says $SECRET >&2; exit 7", say("pre")] } },
      { env: [{ name: "SECRET", from: { env: "SECRET" } }] },
    ),
  );
  await using haloy = await project.open();
  const { events, error } = await finished(haloy.deploy({ all: true }));
  if (!isHaloyError(error)) throw error;
  expect(said().map((line) => line.replace(/ 01\w+/, ""))).toEqual([
    "global-pre a,b",
    "post a hooks-a failed",
    "global-post a,b failed",
  ]);
  expect(stages(events)).toEqual(["verify", "resolve"]);
  expect(error.toJSON()).toMatchObject({
    code: "HOOK_COMMAND_FAILED",
    message: expect.stringMatching(
      /^Cannot run the pre_deploy command "echo it says .*" of a: it ended with exit code 7\. Its last lines:\nit says \*\*\*$/,
    ),
    hint: expect.stringContaining("Nothing was built or deployed"),
    details: { phase: "pre_deploy", exitCode: 7, target: "a" },
  });
  const line = readFileSync(join(project.app.dir, "haloy.yaml"), "utf8")
    .split("\n")
    .findIndex((text) => text.includes("exit 7"));
  expect(error.at).toMatchObject({ file: join(project.app.dir, "haloy.yaml"), line: line + 1 });
  expect(JSON.stringify(events)).not.toContain(SECRET);
});

test("post_deploy of every target whose pre_deploy had begun runs, when that of a later one fails", async () => {
  project.config(config({ b: { pre_deploy: [say("pre"), "exit 3"] } }));
  await using haloy = await project.open();
  const { error } = await finished(haloy.deploy({ all: true }));
  expect(isHaloyError(error) && error.message).toMatch(/of b: it ended with exit code 3$/);
  expect(said().map((line) => line.replace(/ 01\w+/, ""))).toEqual([
    "global-pre a,b",
    "pre a hooks-a",
    "pre b hooks-b",
    "post a hooks-a failed",
    "post b hooks-b failed",
    "global-post a,b failed",
  ]);
});

test("post_deploy runs whatever became of its target, and global_post_deploy knows that one failed", async () => {
  project.config(config({ b: { health_check_path: "/missing" } }));
  await using haloy = await project.open();
  const { error } = await finished(haloy.deploy({ all: true }));
  expect(isHaloyError(error) && error.code).toBe("CONTAINER_UNHEALTHY");
  expect(said().map((line) => line.replace(/ 01\w+/, ""))).toEqual([
    "global-pre a,b",
    "pre a hooks-a",
    "pre b hooks-b",
    "post a hooks-a succeeded",
    "post b hooks-b failed",
    "global-post a,b failed",
  ]);
});

test("after a build that fails nothing is deployed, and post_deploy of every target hears of it", async () => {
  const dockerfile = join(project.app.dir, "Broken.Dockerfile");
  writeFileSync(dockerfile, "FROM scratch\nCOPY not-there /\n");
  project.config(config({ b: { image: { build_config: { dockerfile: "Broken.Dockerfile" } } } }));
  await using haloy = await project.open();
  const { error, events } = await finished(haloy.deploy({ all: true }));
  if (!isHaloyError(error)) throw error;
  expect(error.code).toBe("BUILD_FAILED");
  expect(error.message).toMatch(/^b: .*\nNo target was deployed$/s);
  expect(stages(events).filter((stage) => stage.startsWith("deploy"))).toEqual([]);
  expect(said().map((line) => line.split(" ").at(-1))).toEqual([
    "a,b",
    ...[expect.stringMatching(/^01/), expect.stringMatching(/^01/)],
    "failed",
    "failed",
    "failed",
  ]);
});

test("a post_deploy command that fails fails the run, says that the deployment succeeded, and is the last", async () => {
  project.config(config({ a: { post_deploy: ["exit 1"] } }), "after");
  await using haloy = await project.open();
  const { error } = await finished(haloy.deploy({ all: true }));
  if (!isHaloyError(error)) throw error;
  expect(error.code).toBe("HOOK_COMMAND_FAILED");
  expect(error.message).toMatch(
    /of a: it ended with exit code 1\nThe deployment itself succeeded: a \(01\w+\), b \(01\w+\)$/,
  );
  // Programs find what was deployed.
  expect(error.details).toMatchObject({
    phase: "post_deploy",
    target: "a",
    targets: {
      a: { succeeded: true, answer: { app: "hooks-a", deployment: expect.stringMatching(/^01/) } },
      b: { succeeded: true },
    },
  });
  expect(said().filter((line) => line.includes("post"))).toEqual([]);
  for (const target of ["a", "b"]) {
    expect((await fetchPage(server.caddy.httpPort, host(target))).body).toBe("after");
  }
});

test("a cancellation ends a command with all its processes, and nothing after it runs", async () => {
  project.config(config({ a: { pre_deploy: ["sleep 300 & echo $!; wait"] } }));
  await using haloy = await project.open();
  const run = haloy.deploy({ all: true });
  let pid = 0;
  for await (const event of run) {
    if (event.type !== "command:output") continue;
    pid = Number(event.line);
    run.cancel();
  }
  const error = await run.result.catch((thrown: unknown) => thrown);
  expect(isHaloyError(error) && error.code).toBe("ABORTED");
  await sleep(100);
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  expect(said()).toEqual(["global-pre a,b"]);
});

test("after a cancellation the error tells what was deployed before it, and no command runs", async () => {
  project.config(config(), "cancelled");
  await using haloy = await project.open();
  const run = haloy.deploy({ all: true });
  for await (const { type, target } of run) {
    if (type === "stage:start" && target === "b") run.cancel();
  }
  const error = await run.result.catch((thrown: unknown) => thrown);
  if (!isHaloyError(error)) throw error;
  expect(error.code).toBe("ABORTED");
  expect(error.message).toMatch(/^Cancelled\nDeployed already: a \(01\w+\)$/);
  expect(error.details).toMatchObject({
    targets: { a: { succeeded: true, answer: { app: "hooks-a" } }, b: { succeeded: false } },
  });
  expect(said().filter((line) => line.includes("post"))).toEqual([]);
  expect((await fetchPage(server.caddy.httpPort, host("a"))).body).toBe("cancelled");
});

test("plan shows the commands and runs none", async () => {
  project.config(config());
  await using haloy = await project.open();
  const plan = await haloy.plan({ targets: ["b"] });
  expect(plan.globalPreDeploy).toEqual([say("global-pre")]);
  expect(plan.targets.b).toMatchObject({ preDeploy: [say("pre")], postDeploy: [say("post")] });
  expect(() => said()).toThrow(/ENOENT/);
});
