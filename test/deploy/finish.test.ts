/**
 * The way on of the deploy engine `docker`, when the daemon died after it had switched traffic:
 * against a real Docker Engine.
 *
 * @module
 */

import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { DeploymentStrategy } from "../../core/target.ts";
import { stopContainer } from "../../engine/containers.ts";
import { sideBySide } from "../side-by-side.ts";
import { dieSwitched, prepare, states } from "./crash.ts";
import { openLine } from "./engine-line.ts";
import { type App, newApp, type Record } from "./harness.ts";

afterAll(() => newApp().removeImages());

const newRecord = (): Record => ({ states: [], routes: [], lines: [] });
const noRouter = () => {
  throw new Error("no router");
};

sideBySide<DeploymentStrategy>(["rolling", "replace"], "the way on, %s", (deploymentStrategy) => {
  let app: App;

  beforeEach(() => {
    app = newApp();
  });
  afterEach(() => app.remove());

  test("finishing keeps a new version that is not healthy when nothing is left of the old one", async () => {
    const { image, deployment, settings, oldId } = await prepare(app, deploymentStrategy, "once");
    const newId = await dieSwitched(app, image, settings);
    await app.engine.call(`/containers/${oldId}`, { method: "DELETE", query: { force: true } });
    await stopContainer(app.engine, newId);
    const finish = { ...settings, mode: "finish", healthTimeoutSeconds: 1 } as const;
    const { replicas, lines } = await app.deploy(image, finish);
    expect(replicas.map(({ id }) => id)).toEqual([newId]);
    expect(await states(app)).toEqual([[deployment, "running"]]);
    expect(lines.join("\n")).toContain("The new version stays although it is not healthy");
  });

  test("finishing keeps a new version that is not healthy when the old one is not either", async () => {
    const { image, previous, deployment, settings, oldId } = await prepare(
      app,
      deploymentStrategy,
      "once",
      "once",
    );
    const newId = await dieSwitched(app, image, settings);
    await stopContainer(app.engine, oldId);
    await stopContainer(app.engine, newId);
    const finish = { ...settings, mode: "finish", healthTimeoutSeconds: 1 } as const;
    const { replicas } = await app.deploy(image, finish);
    expect(replicas.map(({ id }) => id)).toEqual([newId]);
    expect(await states(app)).toEqual([
      [previous, "exited"],
      [deployment, "running"],
    ]);
  });

  test("finishing goes back to a stopped old version that is healthy when the new one is not", async () => {
    const { image, previous, settings, oldId } = await prepare(app, deploymentStrategy, "once");
    const newId = await dieSwitched(app, image, settings);
    await stopContainer(app.engine, oldId);
    await stopContainer(app.engine, newId);
    const finish = { ...settings, mode: "finish", healthTimeoutSeconds: 1 } as const;
    const record = newRecord();
    await expect(app.deploy(image, finish, record)).rejects.toMatchObject({
      code: "DEPLOYMENT_INTERRUPTED",
      cause: { code: "CONTAINER_UNHEALTHY" },
    });
    expect(await app.answers(record.routes.at(-1))).toEqual(["v1"]);
    expect(await states(app)).toEqual([[previous, "running"]]);
  });

  test("finishing goes back in no hurry: the new version stays until the old one is routed", async () => {
    const { image, previous, settings, oldId } = await prepare(app, deploymentStrategy, "once");
    const newId = await dieSwitched(app, image, settings);
    await stopContainer(app.engine, oldId);
    await stopContainer(app.engine, newId);
    const finish = { ...settings, mode: "finish", healthTimeoutSeconds: 1 } as const;
    await expect(app.deploy(image, { ...finish, route: noRouter })).rejects.toMatchObject({
      code: "DEPLOYMENT_UNDO_INCOMPLETE",
      cause: { code: "DEPLOYMENT_INTERRUPTED" },
    });
    expect((await app.containers()).length).toBe(2);
    await app.deploy(image, { ...settings, mode: "undo" });
    expect(await states(app)).toEqual([[previous, "running"]]);
  });

  test("finishing decides nothing while the engine does not answer", async () => {
    const { image, settings } = await prepare(app, deploymentStrategy, "once");
    await stopContainer(app.engine, await dieSwitched(app, image, settings));
    const line = await openLine(app.host);
    const finish = { ...settings, mode: "finish", dockerHost: line.host } as const;
    const finishing = app.deploy(image, finish);
    setTimeout(line.cut, 1000);
    await expect(finishing).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
    expect((await app.containers()).length).toBe(2);
  });

  test("finishing waits for a router that comes up later than the daemon", async () => {
    const { image, deployment, settings } = await prepare(app, deploymentStrategy);
    await dieSwitched(app, image, settings);
    let calls = 0;
    const on = (what: string) => {
      if (what !== "route") return;
      calls += 1;
      if (calls < 4) noRouter();
    };
    const { routes } = await app.deploy(image, { ...settings, mode: "finish", on });
    expect(await app.answers(routes.at(-1))).toEqual(["v2"]);
    expect(await states(app)).toEqual([[deployment, "running"]]);
  });

  test("finishing a version whose containers are gone brings the old one back", async () => {
    const { image, previous, settings, oldId } = await prepare(app, deploymentStrategy);
    const record = newRecord();
    await stopContainer(app.engine, oldId);
    const finish = app.deploy(image, { ...settings, mode: "finish" }, record);
    await expect(finish).rejects.toMatchObject({ code: "DEPLOYMENT_INTERRUPTED" });
    expect(await app.answers(record.routes.at(-1))).toEqual(["v1"]);
    expect(await states(app)).toEqual([[previous, "running"]]);
  });
});

// Beside the others: the router is waited for for 20 seconds.
sideBySide<DeploymentStrategy>(["rolling", "replace"], "alone, %s", (deploymentStrategy) => {
  let app: App;

  beforeEach(() => {
    app = newApp();
  });
  afterEach(() => app.remove());

  test("finishing without a router removes nothing, and the new version is the outcome", async () => {
    const { image, settings } = await prepare(app, deploymentStrategy);
    const newId = await dieSwitched(app, image, settings);
    const finish = { ...settings, mode: "finish", route: noRouter } as const;
    const { replicas, lines } = await app.deploy(image, finish);
    expect(replicas.map(({ id }) => id)).toEqual([newId]);
    expect((await app.containers()).length).toBe(2);
    expect(lines.join("\n")).toContain("not routed yet: no router");
  });
});
