/**
 * The founding document's section "Server-Level Registry Credentials", sentence by sentence: what
 * deploys make of the logins that a server keeps. Every command is typed into the real `haloy`.
 */

import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Registry } from "../../scripts/environment/registry.ts";
import { commandLinesDuring } from "../build/process-list.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { testEngine } from "../engines.ts";
import { sideBySide } from "../side-by-side.ts";
import { imagesNamed } from "./deploy.ts";
import { anImage, aRegistry, loginTo, newName, push } from "./harness.ts";
import { Operator } from "./operator.ts";
import { filesWith, formsOf } from "./traces.ts";

const SENTINEL = "s3ntinel+password/4711=?";

const servers = [
  { engine: "20.10", client: "28-overlay2", runtime: "node" },
  { engine: "28-overlay2", client: "28-containerd", runtime: "bun" },
  { engine: "28-containerd", client: "20.10", runtime: "deno" },
] as const;

sideBySide(servers, "on a server under $runtime with $engine", ({ engine, client, runtime }) => {
  const from = testEngine(client).host;
  let registry: Registry;
  let server: TestServer;
  let me: Operator;
  let name: string;
  let reference: string;
  beforeAll(async () => {
    registry = await aRegistry(SENTINEL);
    server = await startServer({ engine, client, runtime });
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    me = new Operator(server, runtime);
    name = `login-${randomBytes(4).toString("hex")}`;
    reference = newName(registry.host);
    configure();
    await publish("version 1");
  });
  afterEach(async () => {
    await me.haloy(["stop", "--remove-containers"]);
    await me.haloy(["server", "registry", "logout", registry.host]);
    me[Symbol.dispose]();
    for (const repository of [name, reference.replace(/:v1$/, "")]) {
      for (const image of await imagesNamed(server.engine, repository)) {
        const options = { method: "DELETE", query: { force: true }, expect: [404, 409] } as const;
        await server.engine.call(`/images/${image}`, options);
      }
    }
  });

  /** Push a version of the private image, by somebody else's means. */
  const publish = async (said: string) => {
    const image = await anImage(from, reference, said);
    await push(from, image, { login: loginTo(registry) }).pushed;
  };
  const tryToLogIn = () =>
    me.haloy(
      ["server", "registry", "login", registry.host, "-u", registry.username, "--password-stdin"],
      { stdin: SENTINEL },
    );
  const logIn = async () => expect(await tryToLogIn()).toMatchObject({ code: 0, stderr: "" });
  const configure = (image: object = {}) =>
    me.config({ name, server: server.haloyd.server, image: { repository: reference, ...image } });
  /** What the app prints. */
  const said = async () => (await me.haloy(["logs", "--no-follow", "--raw"])).stdout.trim();

  test("a private image is deployed with the server's login, and only with it", async () => {
    const without = await me.haloy(["deploy"]);
    expect(without.code).toBe(1);
    expect(without.stderr).toContain(
      `Cannot pull "${reference}": ${registry.host} asks for a login`,
    );
    expect(without.stderr).toContain(`"haloy server registry login ${registry.host}"`);

    await logIn();
    expect(await me.haloy(["deploy"])).toMatchObject({ code: 0 });
    expect(await said()).toBe("version 1");

    // And the next version, after a restart.
    await publish("version 2");
    await server.haloyd.stop();
    await server.restart();
    expect(await me.haloy(["deploy"])).toMatchObject({ code: 0 });
    expect(await said()).toBe("version 2");

    // Forgotten is forgotten: the policy is "always", so the registry is asked.
    await me.haloy(["server", "registry", "logout", registry.host]);
    const after = await me.haloy(["deploy"]);
    expect(after.code).toBe(1);
    expect(after.stderr).toContain("asks for a login");
    expect(await said()).toBe("version 2");
  });

  test("a local docker login on the laptop is not sent", async () => {
    const auth = Buffer.from(`${registry.username}:${SENTINEL}`).toString("base64");
    const docker = JSON.stringify({ auths: { [registry.host]: { auth } } });
    writeFileSync(join(me.dir, "config.json"), docker);

    const { stderr } = await me.haloy(["deploy"], { env: { DOCKER_CONFIG: me.dir } });

    expect(stderr).toContain("asks for a login");
  });

  test("a wrong image.registry overrides a right login of the server", async () => {
    await logIn();
    const wrong = { username: { value: registry.username }, password: { value: "stale token" } };
    configure({ registry: wrong });

    const { stderr, code } = await me.haloy(["deploy"]);

    expect(code).toBe(1);
    expect(stderr).toContain("does not accept the user name and password");
    expect(stderr).toContain(`Correct "image.registry"`);
    expect(stderr).toContain("[REGISTRY_UNAUTHORIZED]");
    configure();
    expect(await me.haloy(["deploy"])).toMatchObject({ code: 0 });
  });

  test("a right image.registry needs no login of the server, and overrides an expired one", async () => {
    await logIn();
    const path = join(server.haloyd.dataDir, "registries.yaml");
    // It expires: as if the registry did not know it any more.
    const kept = readFileSync(path, "utf8");
    writeFileSync(path, kept.replace(/encrypted: .*/, "value: expired"));
    const expired = await me.haloy(["deploy"]);
    expect(expired.stderr).toContain("does not accept the user name and password");
    expect(expired.stderr).toContain(`Log in again with "haloy server registry login`);

    // The document's example "With Environment Variables".
    const username = { from: { env: "REGISTRY_USERNAME" } };
    configure({ registry: { username, password: { from: { env: "REGISTRY_PASSWORD" } } } });
    const exports = [
      `export REGISTRY_USERNAME="${registry.username}"`,
      `export REGISTRY_PASSWORD="${SENTINEL}"`,
    ];
    expect(await me.shell([...exports, "haloy deploy"].join("\n"))).toMatchObject({ code: 0 });
    expect(await said()).toBe("version 1");
  });

  test("a registries.yaml with a mistake stops what needs it, with file and line, and stays", async () => {
    await logIn();
    const path = join(server.haloyd.dataDir, "registries.yaml");
    const torn = readFileSync(path, "utf8").replace(/(\n {4}passw)ord:\n.*\n/, "$1");
    writeFileSync(path, torn);

    for (const { code, stderr } of [
      await me.haloy(["deploy"]),
      await tryToLogIn(),
      await me.haloy(["server", "registry", "list"]),
      await me.haloy(["server", "registry", "logout", registry.host]),
    ]) {
      expect(code).toBe(1);
      expect(stderr).toContain(`Cannot use ${path}: `);
      expect(stderr).toMatch(/\(line \d+\)/);
      expect(stderr).toContain("[SERVER_SETUP_INVALID]");
    }
    expect(readFileSync(path, "utf8")).toBe(torn);
    writeFileSync(path, "registries: {}\n");
  });

  test("the password is nowhere to be found", async () => {
    const outputs: string[] = [];
    const lines = await commandLinesDuring(async () => {
      for (const work of [
        () => tryToLogIn(),
        () => me.haloy(["deploy", "--json"]),
        () => me.haloy(["server", "registry", "list", "--json"]),
        () => me.haloy(["plan", "--json"]),
        () => me.haloy(["rollback-targets", "--json"]),
        () => me.haloy(["status", "--json"]),
      ]) {
        const { code, stdout, stderr } = await work();
        expect(code, stderr + stdout).toBe(0);
        outputs.push(stdout, stderr);
      }
      // The registry refuses it from now on, and says so.
      await registry.stop();
      outputs.push((await me.haloy(["deploy", "--json"])).stdout, (await tryToLogIn()).stderr);
      await registry.start();
    });
    expect(lines.some((line) => line.includes("server registry login"))).toBe(true);

    const engineLog = dirname(testEngine(engine).host.slice("unix://".length));
    // What may be there is found.
    expect(filesWith(registry.username, dirname(server.haloyd.dataDir))).not.toEqual([]);
    for (const form of formsOf(SENTINEL)) {
      for (const text of [...outputs, ...lines]) expect(text).not.toContain(form);
      // Database, logs, registries.yaml: everything haloyd has on disk, and the engine's own log.
      expect(filesWith(form, dirname(server.haloyd.dataDir))).toEqual([]);
      expect(filesWith(form, join(engineLog, "docker.log"))).toEqual([]);
      expect(filesWith(form, me.dir)).toEqual([]);
    }
  });
});
