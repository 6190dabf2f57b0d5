/**
 * The deploy engine `docker` against a real Docker Engine.
 *
 * @module
 */

import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { Secret } from "../../core/secret.ts";
import type { DeploymentStrategy } from "../../core/target.ts";
import { inspectContainer } from "../../plugins/deploy/docker/deployment.ts";
import { sideBySide } from "../side-by-side.ts";
import { type App, newApp, newDeploymentId, type Record } from "./harness.ts";

afterAll(() => newApp().removeImages());

sideBySide<DeploymentStrategy>(["rolling", "replace"], "%s", (deploymentStrategy) => {
  let app: App;

  beforeEach(() => {
    app = newApp();
  });
  afterEach(() => app.remove());

  /** Deploy v1, then something that fails: v1 must serve as before, and alone. */
  async function expectOldServes(
    image: string,
    options: Parameters<App["deploy"]>[1] = {},
  ): Promise<{ readonly error: unknown; readonly record: Record }> {
    const old = await app.deploy(await app.image("v1"), { target: { deploymentStrategy } });
    const record: Record = { states: [], routes: [], lines: [] };
    const target = { deploymentStrategy, ...options.target };
    const all = { ...options, target, previous: old.deployment };
    const error = await app.deploy(image, all, record).then(
      () => new Error("The deployment did not fail"),
      (thrown: unknown) => thrown,
    );
    const left = await app.containers();
    expect(left.map(({ id, state }) => [id, state])).toEqual([[old.replicas[0]?.id, "running"]]);
    const upstreams = record.routes.at(-1) ?? old.routes.at(-1);
    expect(await app.answers(upstreams)).toEqual(["v1"]);
    expect(upstreams).toEqual([left[0]?.upstream]);
    return { error, record };
  }

  test("a new version takes the place of the old one", async () => {
    const first = await app.deploy(await app.image("v1"), { target: { deploymentStrategy } });
    expect(first.states).toEqual(["preparing", "starting", "checking", "switching"]);
    expect(await app.answers(first.routes.at(-1))).toEqual(["v1"]);
    const second = await app.deploy(await app.image("v2"), {
      target: { deploymentStrategy },
      previous: first.deployment,
    });
    const upstreams = second.replicas.map(({ upstream }) => upstream);
    expect(second.routes).toEqual(deploymentStrategy === "replace" ? [[], upstreams] : [upstreams]);
    expect(await app.answers(second.routes.at(-1))).toEqual(["v2"]);
    expect((await app.containers()).map(({ id }) => id)).toEqual([second.replicas[0]?.id]);
  });

  test("a version that exits at once: its exit code, its log, no secret; the old one serves", async () => {
    const env = [{ name: "TOKEN", value: new Secret("hunter22") }];
    const { error } = await expectOldServes(await app.image("exits"), { env });
    expect(error).toMatchObject({
      code: "CONTAINER_EXITED",
      message: expect.stringContaining("exited with code 3"),
      details: { exitCode: 3, logs: ["starting", "token is ***", "in base64: ***I="] },
    });
    expect(JSON.stringify(error)).not.toMatch(/hunter22|aHVudGVyM/);
  });

  test("a version that listens on another port: the error names the port; the old one serves", async () => {
    const { error } = await expectOldServes(await app.image("elsewhere"), {
      healthTimeoutSeconds: 2,
    });
    expect(error).toMatchObject({
      code: "CONTAINER_UNHEALTHY",
      hint: expect.stringContaining("listens on 3000"),
      details: {
        probe: { status: null, error: "connection refused" },
        logs: ["listening on 3000"],
      },
    });
  });

  test("a version whose health check path is missing: status and body; the old one serves", async () => {
    const target = { healthCheckPath: "/health" };
    const image = await app.image("v2");
    const { error } = await expectOldServes(image, { target, healthTimeoutSeconds: 1 });
    expect(error).toMatchObject({
      code: "CONTAINER_UNHEALTHY",
      hint: expect.stringContaining("health_check_path"),
      details: { probe: { status: 404, body: expect.stringContaining("404 Not Found") } },
    });
  });

  test("a version that dies within min_ready_seconds; the old one serves", async () => {
    const target = { minReadySeconds: 5 };
    const { error } = await expectOldServes(await app.image("dies"), { target });
    expect(error).toMatchObject({ code: "CONTAINER_EXITED", details: { exitCode: 5 } });
  });

  test("one bad replica of two fails both; the old one serves", async () => {
    const image = await app.image("exits");
    const { error } = await expectOldServes(image, { target: { replicas: 2 } });
    expect(error).toMatchObject({ code: "CONTAINER_EXITED" });
  });

  test("a cancelled deployment leaves the old version serving", async () => {
    const cancel = new AbortController();
    const reason = new Error("cancelled");
    const { error, record } = await expectOldServes(await app.image("elsewhere"), {
      signal: cancel.signal,
      on: (what) => what === "checking" && setTimeout(() => cancel.abort(reason), 300),
    });
    expect(error).toBe(reason);
    expect(record.states).toEqual(["preparing", "starting", "checking"]);
  });

  test("a router that fails leaves the old version serving", async () => {
    let calls = 0;
    const { error } = await expectOldServes(await app.image("v2"), {
      on: (what) => {
        if (what !== "route") return;
        calls += 1;
        if (calls === 1) throw new Error("no router");
      },
    });
    expect(error).toMatchObject({ message: expect.stringContaining("no router") });
  });
});

sideBySide(["what is deployed"], "%s", () => {
  let app: App;

  beforeEach(() => {
    app = newApp();
  });
  afterEach(() => app.remove());

  test("a replaced version gets no more requests before it is stopped", async () => {
    const target = { deploymentStrategy: "replace" } as const;
    const old = await app.deploy(await app.image("v1"), { target });
    const seen: unknown[] = [];
    const { deployment } = await app.deploy(await app.image("v2"), {
      target,
      previous: old.deployment,
      async route(upstreams, serving) {
        const running = (await app.containers()).filter(({ state }) => state === "running");
        seen.push([upstreams, serving, running.map((one) => one.deployment)]);
      },
    });
    expect(seen).toEqual([
      [[], old.deployment, [old.deployment]],
      [[expect.any(String)], undefined, [deployment]],
    ]);
  });

  test("two replicas are both routed and have their numbers, names and labels", async () => {
    const domains = [{ domain: "shop.test", aliases: ["www.shop.test", "s.test"] }];
    const { deployment, ...first } = await app.deploy(await app.image("v1"), {
      target: { replicas: 2, domains, minReadySeconds: 1 },
      env: [{ name: "EMPTY", value: "" }],
    });
    const name = `${app.name}-${deployment}`;
    expect(first.replicas.map(({ name, number }) => [name, number])).toEqual([
      [`${name}-r1`, 1],
      [`${name}-r2`, 2],
    ]);
    expect(await app.answers(first.routes.at(-1))).toEqual(["v1", "v1"]);
    const seen = await app.engine.json<{
      Config: { Env: string[]; Labels: object };
      HostConfig: { RestartPolicy: { Name: string } };
    }>(`/containers/${first.replicas[1]?.id}/json`);
    expect(seen.Config.Env).toEqual(expect.arrayContaining(["EMPTY=", "HALOY_REPLICA_ID=2"]));
    expect(seen.HostConfig.RestartPolicy.Name).toBe("unless-stopped");
    expect(seen.Config.Labels).toEqual({
      "dev.haloy.appName": app.name,
      "dev.haloy.deployment-id": deployment,
      "dev.haloy.health-check-path": "/",
      "dev.haloy.port": "8080",
      "dev.haloy.min-ready-seconds": "1",
      "dev.haloy.domain.0": "shop.test",
      "dev.haloy.domain.0.alias.0": "www.shop.test",
      "dev.haloy.domain.0.alias.1": "s.test",
    });
  });

  test("an image that is missing, for another processor or without the port stops nothing", async () => {
    const target = { deploymentStrategy: "replace" } as const;
    const old = await app.deploy(await app.image("v1"), { target });
    const id = old.replicas[0]?.id ?? "";
    const before = await inspectContainer(app.engine, id);
    const settings = { target, previous: old.deployment };
    await expect(app.deploy(`${app.name}:none`, settings)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
    });
    await expect(app.deploy(await app.emptyImage("s390x"), settings)).rejects.toMatchObject({
      code: "IMAGE_PLATFORM_MISMATCH",
      message: expect.stringContaining("linux/s390x"),
    });
    const exposing = await app.image("v2", "EXPOSE 3000 3001");
    await expect(app.deploy(exposing, settings)).rejects.toMatchObject({
      code: "PORT_NOT_EXPOSED",
      message: expect.stringContaining("3000, 3001"),
    });
    expect((await inspectContainer(app.engine, id))?.State.StartedAt).toBe(before?.State.StartedAt);
    expect((await app.containers()).map(({ id, state }) => [id, state])).toEqual([
      [old.replicas[0]?.id, "running"],
    ]);
  });

  test("a program that cannot be started says so", async () => {
    const image = await app.image("v1", `ENTRYPOINT ["/no/such/program"]`);
    await expect(app.deploy(image)).rejects.toMatchObject({
      code: "CONTAINER_EXITED",
      message: expect.stringContaining("no such file"),
      hint: expect.stringContaining("ENTRYPOINT"),
    });
    expect(await app.containers()).toEqual([]);
  });

  test("what an earlier attempt of the same deployment left is replaced", async () => {
    const image = await app.image("v1");
    const deployment = newDeploymentId();
    const first = await app.deploy(image, { deployment });
    const again = await app.deploy(image, { deployment });
    expect((await app.containers()).map(({ id }) => id)).toEqual([again.replicas[0]?.id]);
    expect(again.replicas[0]?.id).not.toBe(first.replicas[0]?.id);
  });

  test("a container of the same name that is not ours is left alone, and named", async () => {
    const image = await app.image("v1");
    const deployment = newDeploymentId();
    const name = `${app.name}-${deployment}`;
    await app.engine.json("/containers/create", {
      method: "POST",
      query: { name },
      json: { Image: image },
    });
    try {
      await expect(app.deploy(image, { deployment })).rejects.toMatchObject({
        code: "CONTAINER_NAME_TAKEN",
        message: expect.stringContaining(name),
      });
      expect(await inspectContainer(app.engine, name)).not.toBeNull();
    } finally {
      await app.engine.call(`/containers/${name}`, { method: "DELETE" });
    }
  });
});
