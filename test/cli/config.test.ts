import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { haloy, RUNTIMES, temporaryDirectory } from "./haloy.ts";

/** A server that must never be asked. */
let server: Server;
let address: string;
let contacts = 0;

beforeAll(async () => {
  server = createServer((socket) => {
    contacts += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("no port");
  address = `127.0.0.1:${at.port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  contacts = 0;
});

async function project(yaml: string): Promise<string> {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "haloy.yaml"), yaml.replaceAll("SERVER", address));
  return directory;
}

const MALFORMED = 'name: shop\nserver: "SERVER"\nreplicas: many\nhealth_chek_path: /up\n';
const BROKEN = 'name: shop\nserver: "SERVER"\n  port: 80\n';
const SOUND = `name: shop
image: nginx:alpine
server: "SERVER"
api_token: { from: { env: TOKEN } }
domains: [{ domain: shop.example.com }]
env:
  - { name: PASSWORD, value: hunter2-hunter2 }
  - { name: KEY, from: { env: SECRET_KEY } }
`;

describe("a malformed config", () => {
  test.each([
    ...["deploy", "rollback", "plan", "status", "logs", "stop", "rollback-targets"],
    ...["targets", "validate-config", "server version"],
  ])(
    "haloy %s names file, line and column of all problems and contacts nobody",
    async (command) => {
      const cwd = await project(MALFORMED);
      const { code, stdout, stderr } = await haloy(command.split(" "), { cwd });
      expect(stderr).toMatch(/haloy\.yaml:3:11 .*replicas/);
      expect(stderr).toContain("3 | replicas: many");
      expect(stderr).toMatch(/haloy\.yaml:4:1 .*health_chek_path/);
      expect(stderr).toContain("health_check_path");
      expect(stderr).toContain("[CONFIG_INVALID]");
      expect(stdout).toBe("");
      expect(code).toBe(1);
      expect(contacts).toBe(0);
    },
  );

  test.each(RUNTIMES)("is told as one JSON document with --json under %s", async (runtime) => {
    const cwd = await project(MALFORMED);
    const env = { HALOY_RUNTIME: runtime };
    const { code, stdout, stderr } = await haloy(["deploy", "--json"], { cwd, env });
    const error = JSON.parse(stdout);
    expect(error).toMatchObject({
      type: "error",
      code: "CONFIG_INVALID",
      at: { file: join(cwd, "haloy.yaml"), line: 3, column: 11 },
    });
    expect(error.details).toHaveLength(2);
    expect(stderr).toBe("");
    expect(code).toBe(1);
  });

  test("with broken syntax is shown where it breaks", async () => {
    const cwd = await project(BROKEN);
    const { code, stderr } = await haloy(["deploy"], { cwd });
    expect(stderr).toMatch(/haloy\.yaml:\d+:\d+/);
    expect(stderr).toMatch(/ \| .*\n +\| *\^/);
    expect(stderr).toContain("[CONFIG_UNREADABLE]");
    expect(code).toBe(1);
  });
});

test("a missing config says where it was looked for and what to create", async () => {
  const cwd = await temporaryDirectory();
  const { code, stderr } = await haloy(["deploy"], { cwd });
  expect(stderr).toContain(cwd);
  expect(stderr).toContain("haloy.yaml");
  expect(stderr).toContain("[CONFIG_NOT_FOUND]");
  expect(code).toBe(1);
});

describe("a sound config", () => {
  test("is found by its file, by its directory, and here", async () => {
    const cwd = await project(SOUND);
    await mkdir(join(cwd, "deep"));
    for (const [directory, args] of [
      [cwd, []],
      [join(cwd, "deep"), ["-c", ".."]],
      [join(cwd, "deep"), ["--config", "../haloy.yaml"]],
    ] as const) {
      const { code, stdout } = await haloy(["validate-config", ...args], { cwd: directory });
      expect(stdout).toMatch(/haloy\.yaml is valid/);
      expect(code).toBe(0);
    }
    expect(contacts).toBe(0);
  });

  test("is shown with its defaults and without its secrets", async () => {
    const cwd = await project(SOUND);
    const env = { SECRET_KEY: "a-very-secret-key", TOKEN: "a-very-secret-token" };
    const yaml = await haloy(["validate-config", "--show-resolved-config"], { cwd, env });
    expect(yaml.stdout).toContain("health_check_path: /\n");
    expect(yaml.stdout).toContain('name: PASSWORD\n    value: "[secret]"');
    expect(yaml.stdout).toContain("from:\n      env: SECRET_KEY");
    const json = await haloy(["validate-config", "--show-resolved-config", "--json"], { cwd, env });
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: true,
      file: join(cwd, "haloy.yaml"),
      config: { name: "shop", healthCheckPath: "/", env: [{ value: "[secret]" }, {}] },
    });
    for (const shown of [yaml, json].flatMap(({ stdout, stderr }) => [stdout, stderr])) {
      expect(shown).not.toMatch(/hunter2|very-secret/);
    }
    expect(contacts).toBe(0);
  });

  test("has one target, its app", async () => {
    const cwd = await project(SOUND);
    const { stdout } = await haloy(["targets", "--json"], { cwd });
    expect(JSON.parse(stdout)).toEqual({
      file: join(cwd, "haloy.yaml"),
      targets: [
        {
          target: "shop",
          app: "shop",
          server: address,
          domains: ["shop.example.com"],
          protected: false,
        },
      ],
    });
    expect((await haloy(["targets", "-t", "shop"], { cwd })).stdout).toMatch(/^shop +shop +127/m);
  });

  test.each([["deploy"], ["status"], ["targets"]])(
    "haloy %s --targets with another name is refused",
    async (command) => {
      const cwd = await project(SOUND);
      const { code, stderr } = await haloy([command, "--targets", "shop,web"], { cwd });
      expect(stderr).toMatch(/"web".*only "shop"/);
      expect(stderr).toContain("[TARGET_UNKNOWN]");
      expect(code).toBe(1);
      expect(contacts).toBe(0);
    },
  );
});

test("warnings go to stderr and do not fail", async () => {
  const cwd = await project(
    'name: shop\nserver: "SERVER"\napi_token: { value: plain-token }\nimage: nginx:alpine\n',
  );
  const { code, stdout, stderr } = await haloy(["validate-config", "--json"], { cwd });
  expect(stderr).toMatch(/^⚠ haloy\.yaml:3:1 /);
  expect(JSON.parse(stdout)).toMatchObject({ valid: true, warnings: [{ severity: "warning" }] });
  expect(stdout + stderr).not.toContain("plain-token");
  expect(code).toBe(0);
});
