/**
 * Static naming: the container that serves has the app's name alone. On a real Docker Engine.
 *
 * @module
 */

import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { fail } from "../../core/errors.ts";
import { containerLogs } from "../../engine/containers.ts";
import { testEngines } from "../engines.ts";
import { sideBySide } from "../side-by-side.ts";
import { openLine } from "./engine-line.ts";
import { App, newDeploymentId, type Options } from "./harness.ts";

const lost = fail("LEASE_LOST", { message: "the daemon died" });
const fixed = { deploymentStrategy: "replace", namingStrategy: "static" } as const;
const dynamic = { deploymentStrategy: "replace" } as const;

sideBySide(testEngines(), "$name", (engine) => {
  let app: App;

  beforeEach(() => {
    app = new App(engine);
  });
  afterEach(() => app.remove());
  afterAll(() => app.removeImages());

  /** Name, deployment and state of every container of the app. */
  async function containers() {
    return (await app.containers()).map((one) => [one.name, one.deployment, one.state]);
  }

  /** What a container in the same network gets from the app under its name. */
  async function pageByName(): Promise<string> {
    const { Id } = await app.engine.json<{ Id: string }>("/containers/create", {
      method: "POST",
      json: {
        Image: await app.image("v1"),
        Cmd: ["/bin/wget", "-q", "-O", "-", `http://${app.name}:8080/`],
        HostConfig: { NetworkMode: "haloy" },
      },
    });
    try {
      await app.engine.call(`/containers/${Id}/start`, { method: "POST" });
      await app.engine.call(`/containers/${Id}/wait`, { method: "POST" });
      const lines: string[] = [];
      for await (const line of containerLogs(app.engine, Id, { tail: 10, follow: false })) {
        lines.push(line);
      }
      return lines.join("\n");
    } finally {
      await app.engine.call(`/containers/${Id}`, { method: "DELETE", query: { force: true } });
    }
  }

  test("each version has the app's name when it serves, also for its neighbours", async () => {
    const first = await app.deploy(await app.image("v1"), { target: fixed });
    expect(first.replicas.map(({ name }) => name)).toEqual([app.name]);
    expect(await containers()).toEqual([[app.name, first.deployment, "running"]]);
    expect(await pageByName()).toBe("v1");
    const second = await app.deploy(await app.image("v2"), {
      target: fixed,
      previous: first.deployment,
    });
    expect(second.replicas.map(({ name }) => name)).toEqual([app.name]);
    expect(await containers()).toEqual([[app.name, second.deployment, "running"]]);
    expect(await pageByName()).toBe("v2");
    expect(await app.answers(second.routes.at(-1))).toEqual(["v2"]);
  });

  test("neighbours find a new version by the app's name while it is being checked", async () => {
    const old = await app.deploy(await app.image("v1"), { target: fixed });
    const seen: string[] = [];
    await app.deploy(await app.image("v2"), {
      target: fixed,
      previous: old.deployment,
      async route(upstreams) {
        if (upstreams.length > 0) seen.push(await pageByName());
      },
    });
    expect(seen).toEqual(["v2"]);
  });

  test.each(["exits", "elsewhere"] as const)(
    "a version that fails (%s) leaves the old one its name, and the next one gets it",
    async (script) => {
      const old = await app.deploy(await app.image("v1"), { target: fixed });
      const settings = { target: fixed, previous: old.deployment, healthTimeoutSeconds: 1 };
      await expect(app.deploy(await app.image(script), settings)).rejects.toThrow("Cannot deploy");
      expect(await containers()).toEqual([[app.name, old.deployment, "running"]]);
      expect(await pageByName()).toBe("v1");
      const next = await app.deploy(await app.image("v2"), settings);
      expect(await containers()).toEqual([[app.name, next.deployment, "running"]]);
    },
  );

  test("an app changes from one kind of name to the other and back", async () => {
    const image = await app.image("v1");
    let previous: string | null = null;
    for (const target of [dynamic, fixed, dynamic, fixed]) {
      const { deployment } = await app.deploy(image, { target, previous });
      const name = target === fixed ? app.name : `${app.name}-${deployment}`;
      expect(await containers()).toEqual([[name, deployment, "running"]]);
      previous = deployment;
    }
  });

  test("a stranger's container of that name stays, and so does the version that serves", async () => {
    const image = await app.image("v1");
    const old = await app.deploy(image, { target: dynamic });
    const stranger = { method: "POST", query: { name: app.name }, json: { Image: image } } as const;
    await app.engine.json("/containers/create", stranger);
    try {
      const deploy = app.deploy(image, { target: fixed, previous: old.deployment });
      await expect(deploy).rejects.toMatchObject({
        code: "CONTAINER_NAME_TAKEN",
        message: expect.stringContaining(`"${app.name}" exists that Haloy did not make`),
      });
      expect(await containers()).toEqual([
        [`${app.name}-${old.deployment}`, old.deployment, "running"],
      ]);
      expect(await app.answers(old.routes.at(-1))).toEqual(["v1"]);
    } finally {
      await app.engine.call(`/containers/${app.name}`, { method: "DELETE" });
    }
  });

  test.each([
    ["undo", "preparing"],
    ["undo", "starting"],
    ["undo", "unrouted"],
    ["undo", "checking"],
    ["undo", "switching"],
    ["finish", "route"],
    ["finish", "routed"],
  ] as const)("%s after a crash at %s leaves one version, with the name", async (mode, at) => {
    const old = await app.deploy(await app.image("v1"), { target: fixed });
    const image = await app.image("v2");
    const deployment = newDeploymentId();
    const settings: Options = { target: fixed, previous: old.deployment, deployment };
    const on = (what: string) => {
      if (what === at) throw lost;
    };
    await expect(app.deploy(image, { ...settings, on })).rejects.toBe(lost);
    for (const _ of [1, 2]) {
      const { replicas } = await app.deploy(image, { ...settings, mode });
      const serves = mode === "undo" ? old.deployment : deployment;
      expect(await containers()).toEqual([[app.name, serves, "running"]]);
      expect(replicas.map(({ name }) => name)).toEqual([app.name]);
    }
  });

  test("an old version that cannot be removed keeps its name until the next deployment, and nothing else", async () => {
    const old = await app.deploy(await app.image("v1"), { target: fixed });
    const line = await openLine(app.host);
    const lines: string[] = [];
    const settings = { target: fixed, previous: old.deployment, dockerHost: line.host };
    const second = await app.deploy(await app.image("v2"), {
      ...settings,
      log(_level, message) {
        lines.push(message);
        if (message.startsWith("The new version serves")) line.cut();
      },
    });
    expect(lines.join("\n")).toContain(`is not named "${app.name}"`);
    expect(await app.answers(second.routes.at(-1))).toEqual(["v2"]);
    expect(await containers()).toEqual([
      [app.name, old.deployment, "exited"],
      [`${app.name}-${second.deployment}`, second.deployment, "running"],
    ]);
    const third = await app.deploy(await app.image("v1"), {
      target: fixed,
      previous: second.deployment,
    });
    expect(await containers()).toEqual([[app.name, third.deployment, "running"]]);
  });

  test("a name that looks like a replica's is the app's all the same", async () => {
    const name = `${app.name}-r2`;
    Object.assign(app, { name });
    const { replicas } = await app.deploy(await app.image("v1"), { target: fixed });
    expect(replicas).toMatchObject([{ name, number: 1 }]);
    expect(await app.containers()).toMatchObject([{ name, replica: 1 }]);
  });
});
