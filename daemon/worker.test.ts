/**
 * What the worker does with what its plugins say. The engine is real; the plugin that runs
 * releases is scripted, because engines do not fail on command.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type ErrorCode, fail } from "../core/errors.ts";
import type { DeploymentHost, DeployOutcome } from "../core/hooks.ts";
import { PluginHost, setUpPlugins } from "../core/host.ts";
import { definePlugin } from "../core/plugin.ts";
import { EngineClient } from "../engine/client.ts";
import { testEngine } from "../test/engines.ts";
import { makeRelease } from "../test/fixtures/release.ts";
import { openDatabase } from "./database.ts";
import { Journal } from "./journal.ts";
import { LayerStore } from "./layers/store.ts";
import { Releases } from "./releases.ts";
import { Retention } from "./retention.ts";
import { Traffic } from "./traffic.ts";
import { Vault } from "./vault.ts";
import { type Mode, Worker } from "./worker.ts";

const outcome: DeployOutcome = { replicas: [], imageId: "sha256:x" };
const engine = new EngineClient({ socketPath: testEngine("20.10").host.slice("unix://".length) });
const none = z.strictObject({});

let dir: string;
let database: ReturnType<typeof openDatabase>;
let journal: Journal;
let releases: Releases;
/** Modes in which the plugin was called. */
let calls: Mode[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "haloy-worker-"));
  database = openDatabase(dir);
  journal = new Journal(database, Vault.open(dir));
  releases = new Releases(database);
  calls = [];
});
afterEach(() => {
  database.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Take a deployment up in `mode`; the plugin does what `script` says, call by call. */
async function work(mode: Mode, state: "checking" | "switching", script: (() => DeployOutcome)[]) {
  const release = makeRelease("worker-test", "d1", { history: { strategy: "all" } });
  journal.add({ release, rollbackConfig: null, rolledBackFrom: null });
  const lease = journal.acquireLease("worker-test", "d1");
  journal.enter({ app: "worker-test", id: "d1", lease }, state);

  const plugin = definePlugin({
    name: "scripted",
    options: none,
    strategies: { route: { none }, retain: { all: none } },
    setup: () => ({
      deploy: ({ host }: { host?: DeploymentHost }) => {
        calls.push(host?.mode ?? "run");
        return script.shift()?.() ?? outcome;
      },
      route: { none: () => ({ changed: false }) },
      retain: { all: () => ({ keep: [], remove: [] }) },
    }),
  });
  const running = await setUpPlugins([{ plugin, options: undefined }]);
  const { signal } = new AbortController();
  const plugins = new PluginHost(running, { events: { append() {} }, signal, env: {} });
  const containers = async () => [];
  const router = { strategy: "none" };
  const traffic = new Traffic({ journal, releases, router, plugins, containers });
  const layers = new LayerStore({ directory: join(dir, "layers"), engine });
  const retention = new Retention({ journal, releases, engine, layers, plugins });
  const worker = new Worker({
    journal,
    releases,
    registries: { find: async () => null },
    engine,
    traffic,
    retention,
    plugins: running,
    env: {},
    report() {},
  });
  await worker.work("d1", mode, signal);
  return journal.find("d1");
}

const failing = (code: ErrorCode, cause?: unknown) => () => {
  throw fail(code, { message: `scripted ${code}`, cause });
};

test("a deployment past its switch is finished however often the engine is away", async () => {
  const away = failing("ENGINE_UNREACHABLE");
  const record = await work("finish", "switching", [away, away]);
  expect(calls).toEqual(["finish", "finish", "finish"]);
  expect(record?.state).toBe("succeeded");
  expect(releases.current("worker-test")).toBe("d1");
});

test("one before its switch is undone however often the engine is away", async () => {
  const record = await work("undo", "checking", [failing("ENGINE_UNREACHABLE")]);
  expect(calls).toEqual(["undo", "undo"]);
  expect(record).toMatchObject({ state: "failed", error: { code: "DEPLOYMENT_INTERRUPTED" } });
  expect(releases.current("worker-test")).toBeNull();
});

test("a finish that ends with the old version serving is no release", async () => {
  const record = await work("finish", "switching", [failing("DEPLOYMENT_INTERRUPTED")]);
  expect(record).toMatchObject({ state: "failed", error: { code: "DEPLOYMENT_INTERRUPTED" } });
  expect(releases.current("worker-test")).toBeNull();
});

test("a way back that is not complete is completed, and the first reason is what is told", async () => {
  const reason = fail("CONTAINER_UNHEALTHY", { message: "it answers 500" });
  const record = await work("finish", "switching", [
    failing("DEPLOYMENT_UNDO_INCOMPLETE", reason),
    failing("DEPLOYMENT_UNDO_INCOMPLETE", new Error("still")),
  ]);
  expect(calls).toEqual(["finish", "undo", "undo"]);
  expect(record).toMatchObject({
    state: "failed",
    error: { code: "CONTAINER_UNHEALTHY", message: "it answers 500" },
  });
});
