/**
 * The way back of the deploy engine `docker`, when the engine, the router or the
 * daemon goes away in the middle of a deployment: against a real Docker Engine.
 *
 * @module
 */

import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { DeploymentStrategy } from "../../core/target.ts";
import { sideBySide } from "../side-by-side.ts";
import { lost, prepare, states } from "./crash.ts";
import { openLine } from "./engine-line.ts";
import { type App, newApp, newDeploymentId, type Record } from "./harness.ts";

afterAll(() => newApp().removeImages());

const newRecord = (): Record => ({ states: [], routes: [], lines: [] });

sideBySide<DeploymentStrategy>(["rolling", "replace"], "the way back, %s", (deploymentStrategy) => {
  let app: App;

  beforeEach(() => {
    app = newApp();
  });
  afterEach(() => app.remove());

  test.each([
    ["undo", "starting"],
    ["undo", "checking"],
    ["undo", "switching"],
    ["finish", "route"],
    ["finish", "routed"],
  ] as const)(
    "%s after a crash at %s brings one version, and is safe to repeat",
    async (mode, at) => {
      const { image, previous, deployment, settings } = await prepare(app, deploymentStrategy);
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
    const { image, previous, settings } = await prepare(app, deploymentStrategy, "elsewhere");
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
      expect(await states(app)).toEqual([[previous, "running"]]);
    } finally {
      line.cut();
    }
  });

  test("nothing is removed while the router may still point at the new version", async () => {
    const { image, previous, deployment, settings } = await prepare(app, deploymentStrategy);
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
    expect(await states(app)).toEqual([[previous, "running"]]);
  });

  test("a log that cannot be written stops no way back", async () => {
    const { previous, settings } = await prepare(app, deploymentStrategy);
    const log = () => {
      throw new Error("database or disk is full");
    };
    const failing = app.deploy(await app.image("exits"), { ...settings, log });
    await expect(failing).rejects.toMatchObject({ code: "CONTAINER_EXITED" });
    expect(await states(app)).toEqual([[previous, "running"]]);
  });

  test("cancelling before anything is started leaves nothing of the new version", async () => {
    const { image, previous, settings } = await prepare(app, deploymentStrategy);
    const cancel = new AbortController();
    const reason = new Error("cancelled");
    const on = (what: string) => what === "starting" && cancel.abort(reason);
    const record = newRecord();
    const running = app.deploy(image, { ...settings, on, signal: cancel.signal }, record);
    await expect(running).rejects.toBe(reason);
    expect(await states(app)).toEqual([[previous, "running"]]);
  });
});

sideBySide(["replace, without traffic"], "%s", () => {
  let app: App;

  beforeEach(() => {
    app = newApp();
  });
  afterEach(() => app.remove());

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
});
