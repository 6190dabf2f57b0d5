/**
 * The founding document's section "Server-Level Registry Credentials", sentence by sentence: the
 * commands. What deploys make of the logins is in `server-login.test.ts`.
 */

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_DATA_DIRECTORY } from "../../daemon/settings.ts";
import type { Registry } from "../../scripts/environment/registry.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { aRegistry } from "./harness.ts";
import { Operator, registriesFiles } from "./operator.ts";

// The document's example, as it stands there.
const EXPORT = `export DOCKERHUB_TOKEN="paste-your-docker-hub-access-token"`;
const LOGIN = `printf '%s' "$DOCKERHUB_TOKEN" | haloy server registry login docker.io --username your-dockerhub-username --password-stdin`;
const LIST = "haloy server registry list";

let registry: Registry;
beforeAll(async () => {
  registry = await aRegistry("p4ss: #word+/='$x");
});

describe.each([
  { engine: "20.10", runtime: "node" },
  { engine: "28-overlay2", runtime: "bun" },
  { engine: "28-containerd", runtime: "deno" },
] as const)("on a server under $runtime with engine $engine", ({ engine, runtime }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ engine, runtime });
  });
  afterAll(() => server?.stop());
  beforeEach(() => logOutOf(server, registry.host));

  const file = () => join(server.haloyd.dataDir, "registries.yaml");
  const operator = (): Operator => {
    const person = new Operator(server, runtime);
    person.config({ name: "my-app", server: server.haloyd.server });
    return person;
  };
  const login = (host = registry.host, username = registry.username) => [
    ...["server", "registry", "login", host, "--username", username, "--password-stdin"],
  ];

  test("login sends the token that is piped in, list shows the login, logout forgets it", async () => {
    using me = operator();
    const env = { DOCKERHUB_TOKEN: registry.password };
    const ours = LOGIN.replace("docker.io", registry.host);

    const given = await me.shell(ours.replace("your-dockerhub-username", registry.username), {
      env,
    });
    expect(given.stdout + given.stderr).toBe(
      `✔ Logged in to ${registry.host} as ${registry.username} on ${server.haloyd.url}\n`,
    );
    expect(given.code).toBe(0);

    const listed = await me.shell(LIST);
    expect(listed.code).toBe(0);
    expect(listed.stdout.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["REGISTRY", "USER NAME", "SERVER"],
      [registry.host, registry.username, server.haloyd.url],
      [""],
    ]);

    const out = await me.haloy(["server", "registry", "logout", registry.host]);
    expect(out.stdout).toBe(`✔ Logged out of ${registry.host} on ${server.haloyd.url}\n`);
    expect((await me.shell(LIST)).stdout).toContain("No registries on");
    const again = await me.haloy(["server", "registry", "logout", registry.host]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("[REGISTRY_LOGIN_NOT_FOUND]");
  });

  test("the login is in registries.yaml, which only its owner can read, encrypted", async () => {
    using me = operator();
    // With the line break of `echo`, which is no part of the token.
    await me.haloy(login(), { stdin: `${registry.password}\n` });

    expect(DEFAULT_DATA_DIRECTORY).toBe("/var/lib/haloy");
    expect(registriesFiles(server)).toEqual(["registries.yaml"]);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const text = readFileSync(file(), "utf8");
    expect(text).toContain(registry.host);
    expect(text).not.toContain("p4ss");
  });

  test("a token that Docker's registry rejects is not saved, and the login before it stays", async () => {
    using me = operator();
    const refused = await me.haloy(login(), { stdin: "a wrong token" });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("[REGISTRY_UNAUTHORIZED]");
    expect(refused.stderr).toContain(
      `Cannot log in to ${registry.host}: it does not accept the user name "${registry.username}"`,
    );
    expect(refused.stderr).toContain("Nothing was saved");
    expect(refused.stderr).not.toContain("a wrong token");
    expect((await me.shell(LIST)).stdout).toContain("No registries on");

    await me.haloy(login(), { stdin: registry.password });
    const before = readFileSync(file(), "utf8");
    const nobody = await me.haloy(login(registry.host, "nobody"), { stdin: registry.password });
    expect(nobody.stderr).toContain("[REGISTRY_UNAUTHORIZED]");
    expect(readFileSync(file(), "utf8")).toBe(before);
  });

  test("without Docker Hub within reach, or with a token of nobody's, nothing is saved", async () => {
    using me = operator();
    // The example's second command runs whatever became of the first.
    const refused = await me.shell(`${EXPORT}\n${LOGIN}\n${LIST}`);

    expect(refused.stdout).toContain("No registries on");
    expect(refused.stderr).toContain("Cannot log in to docker.io: ");
    expect(refused.stderr).toContain("registry-1.docker.io");
    expect(refused.stderr).toMatch(/\[REGISTRY_(?:UNREACHABLE|UNAUTHORIZED)\]/);
    expect((await me.shell(`${EXPORT}; ${LOGIN}`)).code).toBe(1);
    expect(readFileSync(server.haloyd.logFile, "utf8")).not.toContain("paste-your");
  });

  test("registries are known by every way to write them", async () => {
    using me = operator();
    const [, port] = registry.host.split(":");
    for (const written of [`HTTP://${registry.host}/`, `LocalHost:${port}/v1/`]) {
      const { code, stderr } = await me.haloy(login(written), { stdin: registry.password });
      expect(stderr).toBe("");
      expect(code).toBe(0);
    }

    const { stdout } = await me.haloy(["server", "registry", "list", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      servers: [
        {
          server: server.haloyd.url,
          targets: ["my-app"],
          registries: [registry.host, `localhost:${port}`].map((host) => ({
            registry: host,
            username: registry.username,
          })),
        },
      ],
    });
    await me.haloy(["server", "registry", "logout", `https://localhost:${port}`]);
  });
});

/** Forget what an earlier test left. */
async function logOutOf(server: TestServer, host: string): Promise<void> {
  const { url, token } = server.haloyd;
  await fetch(`${url}/v1/registries/logout`, {
    method: "POST",
    body: JSON.stringify({ server: host }),
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
  });
}
