import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { haloy, RUNTIMES, temporaryDirectory } from "./haloy.ts";

async function project(yaml: string, files: Readonly<Record<string, string>> = {}) {
  const cwd = await temporaryDirectory();
  for (const [name, text] of Object.entries({ "haloy.yaml": yaml, ...files })) {
    await mkdir(join(cwd, name, ".."), { recursive: true });
    await writeFile(join(cwd, name), text);
  }
  return cwd;
}

const SEVERAL = `
name: shop
server: one.example.com
image:
  repository: ghcr.io/acme/shop
  registry:
    username: { value: somebody }
    password: { value: pass-word-1 }
  build_config:
    platform: [linux/amd64, linux/arm64]
    args: [{ name: TOKEN, value: argument-1 }]
env:
  - { name: PASSWORD, value: hunter2-hunter2 }
  - { name: FROM_SHELL, from: { env: SHELL_VALUE } }
secret_providers:
  vault: { main: { address: "https://vault", token: vault-token-1 } }
targets:
  production:
    protected: true
    domains: [{ domain: shop.example.com }]
  staging:
    server: two.example.com
    image: nginx:alpine
    env: [{ name: PASSWORD, value: "" }]
`;
const VALUES = /somebody|pass-word-1|argument-1|hunter2|vault-token-1|from-the-shell/;

const show = (cwd: string, ...args: readonly string[]) =>
  haloy(["validate-config", "--show-resolved-config", ...args], {
    cwd,
    env: { SHELL_VALUE: "from-the-shell" },
  });

describe("--show-resolved-config", () => {
  test("prints every target with what it inherits and all defaults, values masked", async () => {
    const cwd = await project(SEVERAL, { Dockerfile: "" });
    const { code, stdout, stderr } = await show(cwd);
    expect(stdout + stderr).not.toMatch(VALUES);
    expect(stdout).toMatchSnapshot();
    expect(code).toBe(0);
  });

  test("with --json has the keys of TypeScript, values masked", async () => {
    const cwd = await project(SEVERAL, { Dockerfile: "" });
    const { stdout, stderr } = await show(cwd, "--json");
    expect(stdout + stderr).not.toMatch(VALUES);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: true,
      config: {
        targets: {
          production: { minReadySeconds: 0, image: { buildConfig: { context: "." } } },
          staging: { healthCheckPath: "/", env: [{ name: "PASSWORD", value: "[secret]" }, {}] },
        },
      },
    });
  });

  test("with --reveal prints what is written in clear and says so, and asks nobody else", async () => {
    const cwd = await project(SEVERAL, { Dockerfile: "" });
    const { stdout, stderr } = await show(cwd, "--reveal");
    expect(stdout).toContain("value: hunter2-hunter2");
    expect(stdout).toContain("token: vault-token-1");
    expect(stdout).toContain("env: SHELL_VALUE");
    expect(stdout).not.toContain("from-the-shell");
    expect(stderr).toMatch(/in clear/);
  });

  test("with --reveal prints a config that means the same", async () => {
    const cwd = await project(SEVERAL, { Dockerfile: "" });
    const { stdout } = await show(cwd, "--reveal");
    const again = await project(stdout, { Dockerfile: "" });
    const config = async (directory: string) =>
      JSON.parse((await show(directory, "--reveal", "--json")).stdout).config;
    expect(await config(again)).toEqual(await config(cwd));
  });

  test("names a plugin that is an object", async () => {
    const plugin = `{ name: "mine", options: { _zod: {}, safeParseAsync: async () => ({ success: true }) }, setup: () => ({}) }`;
    const cwd = await temporaryDirectory();
    await writeFile(
      join(cwd, "haloy.config.js"),
      `export default { name: "shop", image: "nginx:alpine", plugins: [${plugin}] };`,
    );
    const { stdout } = await haloy(["validate-config", "--show-resolved-config"], { cwd });
    expect(stdout).toContain("plugins:\n  - use: mine");
  });
});

describe("what a deploy would refuse before it asks anybody is a problem", () => {
  const IMAGE = "name: shop\nimage: nginx:alpine\n";
  const plugin = (body: string) =>
    `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};\nexport default ${body};`;
  const PLUGIN = plugin(
    `{ name: "mine", options: z.strictObject({ size: z.number() }), setup: () => ({}) }`,
  );

  test.each<[string, string, Readonly<Record<string, string>>, RegExp]>([
    ["no Dockerfile", "name: shop\n", {}, /Dockerfile .*does not exist.*BUILD_FAILED/s],
    [
      "no build context",
      "name: shop\nimage: { build_config: { context: app } }\n",
      { Dockerfile: "" },
      /build context .*app does not exist.*BUILD_FAILED/s,
    ],
    ["no such plugin", `${IMAGE}plugins: [./mine.mjs]\n`, {}, /\.\/mine\.mjs.*PLUGIN_NOT_FOUND/s],
    [
      "a plugin that throws while it loads",
      `${IMAGE}plugins: [./mine.mjs]\n`,
      { "mine.mjs": "throw new Error('on fire')" },
      /on fire.*PLUGIN_INVALID/s,
    ],
    [
      "wrong options of a plugin",
      `${IMAGE}plugins:\n  - use: ./mine.mjs\n    with: { size: much }\n`,
      { "mine.mjs": PLUGIN },
      /size: .*line 5.*PLUGIN_INVALID/s,
    ],
    [
      "no such push strategy",
      "name: shop\nimage: { build_config: { push: pigeon } }\n",
      { Dockerfile: "" },
      /"pigeon".*known strategies are .*server.*STRATEGY_UNKNOWN/s,
    ],
    [
      "wrong options of a history strategy",
      "name: shop\nimage: { repository: nginx, history: { strategy: local, count: 0 } }\n",
      {},
      /count.*CONFIG_INVALID/s,
    ],
    [
      "no such provider of secrets",
      `${IMAGE}env:\n  - name: A\n    from: { secret: "pigeon:a:b" }\n`,
      {},
      /"pigeon".*haloy\.yaml:[345]:.*STRATEGY_UNKNOWN/s,
    ],
  ])("%s", async (_title, yaml, files, told) => {
    const cwd = await project(yaml, files);
    const { code, stdout, stderr } = await haloy(["validate-config"], { cwd });
    expect(stderr).toMatch(told);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });

  test.each(RUNTIMES)("of several targets all at once, under %s", async (runtime) => {
    const cwd = await project(`
name: shop
targets:
  a: { image: { build_config: { dockerfile: Dockerfile.a } } }
  b: { image: { build_config: { dockerfile: Dockerfile.b, push: pigeon } } }
  c: { image: nginx:alpine, env: [{ name: A, from: { secret: "pigeon:a:b" } }] }
`);
    const env = { HALOY_RUNTIME: runtime };
    const { code, stderr } = await haloy(["validate-config"], { cwd, env });
    expect(stderr).toContain("Cannot use haloy.yaml, for 3 reasons");
    expect(stderr).toMatch(/^- a: .*Dockerfile\.a/m);
    expect(stderr).toMatch(/^- b: .*Dockerfile\.b/m);
    expect(stderr).toMatch(/^- c: .*"pigeon".*\(haloy\.yaml:6:\d+\)/m);
    expect(stderr).toContain("[CONFIG_INVALID]");
    expect(code).toBe(1);
    const json = await haloy(["validate-config", "--json"], { cwd, env });
    expect(JSON.parse(json.stdout).details).toHaveLength(3);
    expect(json.stderr).toBe("");
  });
});

test("values that are not set here are no problem of the config", async () => {
  const cwd = await project(
    "name: shop\nimage: nginx:alpine\nenv: [{ name: A, from: { env: NOT_SET_ANYWHERE } }]\n",
  );
  expect((await haloy(["validate-config"], { cwd })).code).toBe(0);
});
