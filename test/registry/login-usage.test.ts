/**
 * The founding document's section "Server-Level Registry Credentials", sentence by sentence: what
 * is refused before any server is asked, and which servers are asked.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Registry } from "../../scripts/environment/registry.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { aRegistry } from "./harness.ts";
import { Operator, registriesFiles } from "./operator.ts";

// Nothing listens there: a command that asks it ends in another error.
const NOWHERE = { env: { HALOY_API_TOKEN: "token", PATH: `${process.env.PATH}` } };
const login = (...more: string[]) => ["server", "registry", "login", ...more];
const hub = login("docker.io", "--username", "me", "--password-stdin");

describe.each(["node", "deno", "bun"])("under %s,", (runtime) => {
  const operator = (): Operator => {
    const person = new Operator(NOWHERE, runtime);
    person.config({ name: "my-app", server: "127.0.0.1:9" });
    return person;
  };

  test("login at a terminal without a pipe is refused", async () => {
    using me = operator();
    // `script` gives the command a terminal of its own.
    const { stdout, code } = await me.shell(`script -qec 'haloy ${hub.join(" ")}' /dev/null`);

    expect(code).toBe(1);
    expect(stdout).toContain("Cannot log in to docker.io: standard input is a terminal");
    expect(stdout).toContain(
      `printf '%s' "$TOKEN" | haloy server registry login docker.io --username me --password-stdin`,
    );
  });

  test.each([
    ["an empty pipe", ""],
    ["a pipe with only a line break", "\n"],
  ])("%s is refused, and no variable is read instead", async (_title, stdin) => {
    using me = operator();
    const { stderr, code } = await me.haloy(hub, { stdin, env: { DOCKERHUB_TOKEN: "dckr_pat_1" } });

    expect(code).toBe(1);
    expect(stderr).toContain("standard input is empty");
    expect(stderr).toContain("Is the variable set?");
  });

  test("a pipe that does not end is read to a limit", async () => {
    using me = operator();
    const { stderr, code } = await me.shell(`haloy ${hub.join(" ")} < /dev/zero`);

    expect(code).toBe(1);
    expect(stderr).toContain("standard input has more than 65536 characters");
  });
});

describe("before anything is sent,", () => {
  test.each([
    ["-p", login("docker.io", "-u", "me", "-p", "hunter2")],
    ["--password", login("docker.io", "-u", "me", "--password=hunter2")],
    ["an argument", login("docker.io", "hunter2", "-u", "me", "--password-stdin")],
    ["an argument in front", login("hunter2", "docker.io", "-u", "me", "--password-stdin")],
  ])("a password as %s is refused and not repeated", async (_title, args) => {
    using me = new Operator(NOWHERE);
    for (const json of [[], ["--json"]]) {
      const { stdout, stderr, code } = await me.haloy([...args, ...json], { stdin: "hunter2" });
      expect(code).toBe(1);
      expect(stdout + stderr).toContain("a password on the command line can be seen by others");
      expect(stdout + stderr).toContain("USAGE_INVALID");
      expect(stdout + stderr).not.toContain("hunter2");
    }
  });

  test.each([
    ["no user name", login("ghcr.io", "--password-stdin"), "no user name is given"],
    ["no --password-stdin", login("ghcr.io", "-u", "me"), "no password is given"],
    ["an e-mail address", login("docker.io", "-u", "me@example.com"), "is an e-mail address"],
    [
      "an e-mail address for a Docker Hub by another name",
      login("https://index.docker.io/v1/", "-u", "me@example.com"),
      "Docker Hub wants your user name",
    ],
    ["part of a registry", login("ghcr.io/your-org", "-u", "me"), `not for "your-org" alone`],
    ["a name of no registry", login("registry", "-u", "me"), `Write it like "docker.io"`],
    ["no registry", login("-u", "me"), "missing required argument 'registry'"],
    ["a server and targets", [...hub, "-s", "example.com", "-t", "a"], "cannot be used with"],
  ])("%s is refused", async (_title, args, problem) => {
    using me = new Operator(NOWHERE);
    const { stderr, code } = await me.haloy(args, { stdin: "token" });
    expect(code).toBe(1);
    expect(stderr).toContain(problem);
    expect(stderr).toContain("→ ");
  });
});

describe("with targets on two servers,", () => {
  let registry: Registry;
  let one: TestServer;
  let other: TestServer;
  let me: Operator;
  beforeAll(async () => {
    registry = await aRegistry();
    [one, other] = await Promise.all([startServer(), startServer({ engine: "28-overlay2" })]);
  });
  afterAll(() => Promise.all([one?.stop(), other?.stop()]));
  beforeEach(() => {
    me = new Operator({ env: { PATH: `${process.env.PATH}` } });
    return () => me[Symbol.dispose]();
  });

  const give = (...flags: string[]) =>
    me.haloy(login(registry.host, "-u", registry.username, "--password-stdin", ...flags), {
      stdin: registry.password,
      env: { TOKEN_ONE: one.haloyd.token, TOKEN_OTHER: other.haloyd.token },
    });
  const target = (server: TestServer, variable: string) => ({
    server: server.haloyd.server,
    api_token: { from: { env: variable } },
  });
  const saved = () => [one, other].map((server) => registriesFiles(server).length > 0);
  const forget = (...flags: string[]) =>
    me.haloy(["server", "registry", "logout", registry.host, ...flags], {
      env: { TOKEN_ONE: one.haloyd.token, TOKEN_OTHER: other.haloyd.token },
    });
  /** Registries by server's URL. */
  const listed = async (...flags: string[]) => {
    const { stdout } = await me.haloy(["server", "registry", "list", "--json", ...flags], {
      env: { TOKEN_ONE: one.haloyd.token, TOKEN_OTHER: other.haloyd.token },
    });
    const { servers } = JSON.parse(stdout) as {
      servers: { server: string; registries: { registry: string }[] }[];
    };
    return Object.fromEntries(
      servers.map(({ server, registries }) => [server, registries.map(({ registry }) => registry)]),
    );
  };

  test("nothing is sent until it is said which server is meant", async () => {
    me.config({
      name: "my-app",
      targets: {
        production: target(one, "TOKEN_ONE"),
        jobs: target(one, "TOKEN_ONE"),
        staging: target(other, "TOKEN_OTHER"),
      },
    });

    const { stderr, code } = await give();

    expect(code).toBe(1);
    expect(stderr).toContain(
      `the targets are on 2: ${one.haloyd.server} (production, jobs), ${other.haloyd.server} (staging)`,
    );
    expect(stderr).toContain(`"--targets production"`);
    expect(stderr).toContain(`"--all"`);
    expect(stderr).toContain(`"--server ${one.haloyd.server}"`);
    expect(stderr).toContain("[TARGET_REQUIRED]");
    expect(saved()).toEqual([false, false]);
  });

  test("--targets, --all and --server say it", async () => {
    const targets = { production: target(one, "TOKEN_ONE"), staging: target(other, "TOKEN_OTHER") };
    me.config({ name: "my-app", targets });
    const [first, second] = [one.haloyd.url, other.haloyd.url];

    expect((await give("--targets", "staging")).code).toBe(0);
    expect(await listed("--all")).toEqual({ [first]: [], [second]: [registry.host] });
    expect((await give("--all")).stdout.trim().split("\n")).toHaveLength(2);
    expect(await listed("--all")).toEqual({ [first]: [registry.host], [second]: [registry.host] });
    expect((await forget("--target", "production")).code).toBe(0);
    expect(await listed("--all")).toEqual({ [first]: [], [second]: [registry.host] });
    expect((await give("--targets", "nowhere")).stderr).toContain("[TARGET_UNKNOWN]");

    // A server that no config knows, from a folder without one.
    using you = new Operator({ env: { ...one.env, HALOY_API_TOKEN: one.haloyd.token } });
    const args = login(registry.host, "-u", registry.username, "--password-stdin");
    const straight = await you.haloy([...args, "--server", one.haloyd.server], {
      stdin: registry.password,
    });
    expect(straight.stderr).toBe("");
    expect(await listed("--targets", "production")).toEqual({ [first]: [registry.host] });
    await forget("--all");
  });

  test("targets on one server need no choice, and no value but the token is asked for", async () => {
    const needy = {
      env: [
        { name: "X", from: { env: "NOT_SET_ANYWHERE" } },
        { name: "Y", from: { secret: "onepassword:app:key" } },
      ],
    };
    me.config({
      name: "my-app",
      secret_providers: { onepassword: { app: { vault: "None", item: "None" } } },
      targets: {
        production: { ...target(one, "TOKEN_ONE"), ...needy },
        jobs: { ...target(one, "TOKEN_NOT_SET_EITHER"), protected: true },
      },
    });

    expect((await give()).stderr).toBe("");
    expect(await listed()).toEqual({ [one.haloyd.url]: [registry.host] });
    await forget();
  });

  test("one that fails does not stop the others, and both are told", async () => {
    const down = { server: "127.0.0.1:9", api_token: { from: { env: "TOKEN_ONE" } } };
    me.config({ name: "my-app", targets: { up: target(other, "TOKEN_OTHER"), down } });

    const { stdout, stderr, code } = await give("--all");

    expect(code).toBe(1);
    expect(stdout).toContain(`Logged in to ${registry.host}`);
    expect(stderr).toContain(`Cannot log in to ${registry.host} on 1 of 2 servers`);
    expect(stderr).toContain("- http://127.0.0.1:9: Cannot reach haloyd");
    expect(stderr).toContain(`Done on ${other.haloyd.url}`);
    expect(await listed("--targets", "up")).toEqual({ [other.haloyd.url]: [registry.host] });
  });

  test("without a token for the server it is said how to give one", async () => {
    me.config({ name: "my-app", server: one.haloyd.server });
    expect((await give()).stderr).toContain("[TOKEN_MISSING]");
  });
});
