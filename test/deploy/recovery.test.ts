/**
 * The way back and the way on of the deploy engine `docker`, when the engine, the router or the
 * daemon goes away in the middle of a deployment: against a real Docker Engine.
 *
 * @module
 */

import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { fail } from "../../core/errors.ts";
import type { DeploymentStrategy } from "../../core/target.ts";
import { stopContainer } from "../../engine/containers.ts";
import { testEngines } from "../engines.ts";
import { openLine } from "./engine-line.ts";
import { App, newDeploymentId, type Options, type Record, type Script } from "./harness.ts";

let app: App;

beforeEach(() => {
  const [engine] = testEngines();
  if (!engine) throw new Error("There is no engine to test with");
  app = new App(engine);
});

afterEach(() => app.remove());

afterAll(() => app.removeImages());

const lost = fail("LEASE_LOST", { message: "the daemon died" });
const newRecord = (): Record => ({ states: [], routes: [], lines: [] });
const noRouter = () => {
  throw new Error("no router");
};

describe.each<DeploymentStrategy>(["rolling", "replace"])("%s", (deploymentStrategy) => {
  const target = { deploymentStrategy };

  /** What the app's containers are: deployment and state, in the order of the deployments. */
  async function states() {
    return (await app.containers()).map((one) => [one.deployment, one.state]);
  }

  /** Version one serves, version two is ready to be deployed. */
  async function prepare(young: Script = "v2", old: Script = "v1") {
    const image = await app.image(young);
    const { deployment: previous, replicas } = await app.deploy(await app.image(old), { target });
    const deployment = newDeploymentId();
    const settings = { target, previous, deployment } satisfies Options;
    return { image, previous, deployment, settings, oldId: replicas[0]?.id ?? "" };
  }

  /** The daemon dies right after traffic was switched. Gives back the new container's ID. */
  async function dieSwitched(image: string, settings: Options): Promise<string> {
    const on = (what: string) => {
      if (what === "routed") throw lost;
    };
    await expect(app.deploy(image, { ...settings, on })).rejects.toBe(lost);
    const mine = (await app.containers()).find((one) => one.deployment === settings.deployment);
    return mine?.id ?? "";
  }

  test.each([
    ["undo", "starting"],
    ["undo", "checking"],
    ["undo", "switching"],
    ["finish", "route"],
    ["finish", "routed"],
  ] as const)(
    "%s after a crash at %s brings one version, and is safe to repeat",
    async (mode, at) => {
      const { image, previous, deployment, settings } = await prepare();
      const on = (what: string) => {
        if (what === at) throw lost;
      };
      await expect(app.deploy(image, { ...settings, on })).rejects.toBe(lost);
      expect((await app.containers()).length).toBe(2);
      for (const _ of [1, 2]) {
        const after = await app.deploy(image, { ...settings, mode });
        const serves = mode === "undo" ? previous : deployment;
        const left = await app.containers();
        expect(left.map((one) => [one.deployment, one.state])).toEqual([[serves, "running"]]);
        expect(after.replicas.map(({ id }) => id)).toEqual([left[0]?.id]);
        expect(await app.answers(after.routes.at(-1))).toEqual([mode === "undo" ? "v1" : "v2"]);
      }
    },
  );

  test("an engine that goes away leaves the way back open, and undoing completes it", async () => {
    const { image, previous, settings } = await prepare("elsewhere");
    const line = await openLine(app.host);
    const running = app.deploy(image, {
      ...settings,
      dockerHost: line.host,
      on: (what) => what === "checking" && setTimeout(line.cut, 300),
    });
    await expect(running).rejects.toMatchObject({
      code: "DEPLOYMENT_UNDO_INCOMPLETE",
      cause: { code: "ENGINE_UNREACHABLE" },
    });
    const undo = { ...settings, dockerHost: line.host, mode: "undo" } as const;
    await expect(app.deploy(image, undo)).rejects.toMatchObject({
      code: "DEPLOYMENT_UNDO_INCOMPLETE",
    });
    expect((await app.containers()).length).toBe(2);
    await line.mend();
    try {
      const { routes } = await app.deploy(image, undo);
      expect(await app.answers(routes.at(-1))).toEqual(["v1"]);
      expect(await states()).toEqual([[previous, "running"]]);
    } finally {
      line.cut();
    }
  });

  test("nothing is removed while the router may still point at the new version", async () => {
    const { image, previous, deployment, settings } = await prepare();
    const error = new Error("the router is gone");
    let gone = false;
    const route = (upstreams: readonly string[]) => {
      // The first switch may or may not have arrived: nobody knows.
      gone ||= upstreams.length > 0;
      if (gone) throw error;
      return Promise.resolve();
    };
    await expect(app.deploy(image, { ...settings, route })).rejects.toMatchObject({
      code: "DEPLOYMENT_UNDO_INCOMPLETE",
      message: expect.stringContaining("routing to the old version"),
      cause: error,
    });
    expect((await app.containers()).map((one) => one.deployment)).toEqual([previous, deployment]);
    const undo = { ...settings, mode: "undo" } as const;
    await expect(app.deploy(image, { ...undo, route })).rejects.toMatchObject({
      code: "DEPLOYMENT_UNDO_INCOMPLETE",
    });
    expect((await app.containers()).length).toBe(2);
    const { routes } = await app.deploy(image, undo);
    expect(await app.answers(routes.at(-1))).toEqual(["v1"]);
    expect(await states()).toEqual([[previous, "running"]]);
  });

  test("a log that cannot be written stops no way back", async () => {
    const { previous, settings } = await prepare();
    const log = () => {
      throw new Error("database or disk is full");
    };
    const failing = app.deploy(await app.image("exits"), { ...settings, log });
    await expect(failing).rejects.toMatchObject({ code: "CONTAINER_EXITED" });
    expect(await states()).toEqual([[previous, "running"]]);
  });

  test("cancelling before anything is started leaves nothing of the new version", async () => {
    const { image, previous, settings } = await prepare();
    const cancel = new AbortController();
    const reason = new Error("cancelled");
    const on = (what: string) => what === "starting" && cancel.abort(reason);
    const record = newRecord();
    const running = app.deploy(image, { ...settings, on, signal: cancel.signal }, record);
    await expect(running).rejects.toBe(reason);
    expect(await states()).toEqual([[previous, "running"]]);
  });

  test("finishing keeps a new version that is not healthy when nothing is left of the old one", async () => {
    const { image, deployment, settings, oldId } = await prepare("once");
    const newId = await dieSwitched(image, settings);
    await app.engine.call(`/containers/${oldId}`, { method: "DELETE", query: { force: true } });
    await stopContainer(app.engine, newId);
    const finish = { ...settings, mode: "finish", healthTimeoutSeconds: 1 } as const;
    const { replicas, lines } = await app.deploy(image, finish);
    expect(replicas.map(({ id }) => id)).toEqual([newId]);
    expect(await states()).toEqual([[deployment, "running"]]);
    expect(lines.join("\n")).toContain("The new version stays although it is not healthy");
  });

  test("finishing keeps a new version that is not healthy when the old one is not either", async () => {
    const { image, previous, deployment, settings, oldId } = await prepare("once", "once");
    const newId = await dieSwitched(image, settings);
    await stopContainer(app.engine, oldId);
    await stopContainer(app.engine, newId);
    const finish = { ...settings, mode: "finish", healthTimeoutSeconds: 1 } as const;
    const { replicas } = await app.deploy(image, finish);
    expect(replicas.map(({ id }) => id)).toEqual([newId]);
    expect(await states()).toEqual([
      [previous, "exited"],
      [deployment, "running"],
    ]);
  });

  test("finishing goes back to a stopped old version that is healthy when the new one is not", async () => {
    const { image, previous, settings, oldId } = await prepare("once");
    const newId = await dieSwitched(image, settings);
    await stopContainer(app.engine, oldId);
    await stopContainer(app.engine, newId);
    const finish = { ...settings, mode: "finish", healthTimeoutSeconds: 1 } as const;
    const record = newRecord();
    await expect(app.deploy(image, finish, record)).rejects.toMatchObject({
      code: "DEPLOYMENT_INTERRUPTED",
      cause: { code: "CONTAINER_UNHEALTHY" },
    });
    expect(await app.answers(record.routes.at(-1))).toEqual(["v1"]);
    expect(await states()).toEqual([[previous, "running"]]);
  });

  test("finishing goes back in no hurry: the new version stays until the old one is routed", async () => {
    const { image, previous, settings, oldId } = await prepare("once");
    const newId = await dieSwitched(image, settings);
    await stopContainer(app.engine, oldId);
    await stopContainer(app.engine, newId);
    const finish = { ...settings, mode: "finish", healthTimeoutSeconds: 1 } as const;
    await expect(app.deploy(image, { ...finish, route: noRouter })).rejects.toMatchObject({
      code: "DEPLOYMENT_UNDO_INCOMPLETE",
      cause: { code: "DEPLOYMENT_INTERRUPTED" },
    });
    expect((await app.containers()).length).toBe(2);
    await app.deploy(image, { ...settings, mode: "undo" });
    expect(await states()).toEqual([[previous, "running"]]);
  });

  test("finishing decides nothing while the engine does not answer", async () => {
    const { image, settings } = await prepare("once");
    await stopContainer(app.engine, await dieSwitched(image, settings));
    const line = await openLine(app.host);
    const finish = { ...settings, mode: "finish", dockerHost: line.host } as const;
    const finishing = app.deploy(image, finish);
    setTimeout(line.cut, 1000);
    await expect(finishing).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
    expect((await app.containers()).length).toBe(2);
  });

  test("finishing waits for a router that comes up later than the daemon", async () => {
    const { image, deployment, settings } = await prepare();
    await dieSwitched(image, settings);
    let calls = 0;
    const on = (what: string) => {
      if (what !== "route") return;
      calls += 1;
      if (calls < 4) noRouter();
    };
    const { routes } = await app.deploy(image, { ...settings, mode: "finish", on });
    expect(await app.answers(routes.at(-1))).toEqual(["v2"]);
    expect(await states()).toEqual([[deployment, "running"]]);
  });

  test("finishing without a router removes nothing, and the new version is the outcome", async () => {
    const { image, settings } = await prepare();
    const newId = await dieSwitched(image, settings);
    const finish = { ...settings, mode: "finish", route: noRouter } as const;
    const { replicas, lines } = await app.deploy(image, finish);
    expect(replicas.map(({ id }) => id)).toEqual([newId]);
    expect((await app.containers()).length).toBe(2);
    expect(lines.join("\n")).toContain("not routed yet: no router");
  });

  test("finishing a version whose containers are gone brings the old one back", async () => {
    const { image, previous, settings, oldId } = await prepare();
    const record = newRecord();
    await stopContainer(app.engine, oldId);
    const finish = app.deploy(image, { ...settings, mode: "finish" }, record);
    await expect(finish).rejects.toMatchObject({ code: "DEPLOYMENT_INTERRUPTED" });
    expect(await app.answers(record.routes.at(-1))).toEqual(["v1"]);
    expect(await states()).toEqual([[previous, "running"]]);
  });
});

test("a crash after traffic was taken from a replaced version is undone", async () => {
  const target = { deploymentStrategy: "replace" } as const;
  const old = await app.deploy(await app.image("v1"), { target });
  const image = await app.image("v2");
  const settings = { target, previous: old.deployment, deployment: newDeploymentId() };
  const on = (what: string) => {
    if (what === "unrouted") throw lost;
  };
  await expect(app.deploy(image, { ...settings, on })).rejects.toBe(lost);
  const { routes } = await app.deploy(image, { ...settings, mode: "undo" });
  expect(await app.answers(routes.at(-1))).toEqual(["v1"]);
  expect((await app.containers()).map(({ id }) => id)).toEqual([old.replicas[0]?.id]);
});
