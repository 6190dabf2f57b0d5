/**
 * The network of an app's containers, on real Docker Engines of every kind.
 *
 * @module
 */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { Target } from "../../core/target.ts";
import { inspectContainer } from "../../plugins/deploy/docker/deployment.ts";
import { testEngines } from "../engines.ts";
import { sideBySide } from "../side-by-side.ts";
import { App, newDeploymentId } from "./harness.ts";

sideBySide(testEngines(), "$name", (engine) => {
  let app: App;
  let networks: string[];
  let servers: Server[];

  beforeEach(() => {
    app = new App(engine);
    networks = [];
    servers = [];
  });
  afterEach(async () => {
    await app.remove();
    for (const name of networks) await app.engine.call(`/networks/${name}`, { method: "DELETE" });
    for (const server of servers) server.close();
  });
  afterAll(() => app.removeImages());

  async function network(more: object = {}): Promise<string> {
    const name = `${app.name}-${networks.length}`;
    const json = { Name: name, Driver: "bridge", ...more };
    await app.engine.call("/networks/create", { method: "POST", json });
    networks.push(name);
    return name;
  }

  /** A port of this machine that is free, or taken by a server of the test. */
  async function port({ taken }: { readonly taken: boolean }): Promise<number> {
    const server = createServer((_request, response) => response.end("a stranger"));
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    if (taken) servers.push(server);
    else await new Promise((resolve) => server.close(resolve));
    return port;
  }

  const onPort = (port: number, page: string) => [
    "/bin/sh",
    "-c",
    `echo ${page} > /www/index.html; exec httpd -f -p ${port} -h /www`,
  ];

  /** Deploy v1, then v2 with settings that cannot be: v1 must not have been touched. */
  async function expectRefused(target: Partial<Target>, error: object): Promise<void> {
    const replace = { deploymentStrategy: "replace" } as const;
    const old = await app.deploy(await app.image("v1"), { target: replace });
    const before = await inspectContainer(app.engine, old.replicas[0]?.id ?? "");
    const options = { target: { ...replace, ...target }, previous: old.deployment };
    await expect(app.deploy(await app.image("v2"), options)).rejects.toMatchObject(error);
    const [left, ...more] = await app.containers();
    expect(more).toEqual([]);
    const after = await inspectContainer(app.engine, left?.id ?? "");
    expect(after?.State.StartedAt).toBe(before?.State.StartedAt);
    expect(await app.answers(old.routes.at(-1))).toEqual(["v1"]);
  }

  test("an app in a network of its own is healthy, reached and replaced there", async () => {
    const name = await network();
    const first = await app.deploy(await app.image("v1"), { target: { network: name } });
    const second = await app.deploy(await app.image("v2"), {
      target: { network: name },
      previous: first.deployment,
    });
    expect(await app.answers(second.routes.at(-1))).toEqual(["v2"]);
    const seen = await inspectContainer(app.engine, second.replicas[0]?.id ?? "");
    expect(Object.keys(seen?.NetworkSettings.Networks ?? {})).toEqual([name]);
    const back = await app.deploy(await app.image("v1"), { previous: second.deployment });
    expect(await app.answers(back.routes.at(-1))).toEqual(["v1"]);
  });

  test("the engine's default network and one without a way out are as good", async () => {
    for (const name of ["bridge", await network({ Internal: true })]) {
      const { routes } = await app.deploy(await app.image("v1"), { target: { network: name } });
      expect(await app.answers(routes.at(-1))).toEqual(["v1"]);
    }
  });

  test("a network that the server does not have is named; the old version serves on", async () => {
    await expectRefused(
      { network: "no-such-network" },
      { code: "NETWORK_NOT_FOUND", message: expect.stringContaining(`"no-such-network"`) },
    );
  });

  test("the beginning of a network's ID is no name", async () => {
    const name = await network();
    const { Id } = await app.engine.json<{ Id: string }>(`/networks/${name}`);
    const deploy = app.deploy(await app.image("v1"), { target: { network: Id.slice(0, 12) } });
    await expect(deploy).rejects.toMatchObject({ code: "NETWORK_NOT_FOUND" });
  });

  test.each(["none", "container:somebody"])(
    "an app with domains cannot be in %s, where no request reaches it; the old version serves on",
    async (network) => {
      await expectRefused({ network }, { code: "NETWORK_UNSUITABLE" });
    },
  );

  test("a worker may do without a network, or share another container's", async () => {
    const image = await app.image("worker");
    const target = { domains: [] };
    const alone = await app.deploy(image, { target: { ...target, network: "none" } });
    const network = `container:${alone.replicas[0]?.name}`;
    const other = new App(engine);
    try {
      const { replicas } = await other.deploy(image, { target: { ...target, network } });
      const seen = await inspectContainer(app.engine, replicas[0]?.id ?? "");
      expect(seen?.HostConfig.NetworkMode).toMatch(/^container:/);
    } finally {
      await other.remove();
    }
    const own = app.deploy(image, { target: { ...target, network } });
    await expect(own).rejects.toMatchObject({ code: "NETWORK_UNSUITABLE" });
    const nobody = { ...target, network: "container:nobody" };
    const gone = app.deploy(image, { target: nobody, deployment: newDeploymentId() });
    await expect(gone).rejects.toMatchObject({ code: "NETWORK_NOT_FOUND" });
  });

  test("an app in the server's own network is checked, routed and replaced", async () => {
    const image = await app.image("v1");
    const free = await port({ taken: false });
    const target = { network: "host", port: free, deploymentStrategy: "replace" } as const;
    const deploy = (page: string, previous: string | null) =>
      app.deploy(image, { target: { ...target, command: onPort(free, page) }, previous });
    const first = await deploy("one", null);
    expect(first.routes.at(-1)).toEqual([`127.0.0.1:${free}`]);
    expect(await app.answers(first.routes.at(-1))).toEqual(["one"]);
    const second = await deploy("two", first.deployment);
    expect(await app.answers(second.routes.at(-1))).toEqual(["two"]);

    const failing = app.deploy(await app.image("exits"), { target, previous: second.deployment });
    await expect(failing).rejects.toMatchObject({ code: "CONTAINER_EXITED" });
    expect(await app.answers(second.routes.at(-1))).toEqual(["two"]);

    const back = await app.deploy(image, { previous: second.deployment });
    expect(await app.answers(back.routes.at(-1))).toEqual(["v1"]);
  });

  test("a port of the server that somebody else has is named; the old version serves on", async () => {
    const target = { network: "host", port: await port({ taken: true }) };
    await expectRefused(target, {
      code: "PORT_TAKEN",
      message: expect.stringContaining(String(target.port)),
    });
  });

  test.each([{ deploymentStrategy: "rolling" }, { replicas: 2 }] as const)(
    "two versions or replicas cannot be in the server's own network: %j",
    async (more) => {
      const target = { network: "host", port: await port({ taken: false }), ...more };
      await expectRefused(target, { code: "NETWORK_UNSUITABLE" });
    },
  );
});
