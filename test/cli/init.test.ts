import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { validName } from "../../cli/init/name.ts";
import { haloy, RUNTIMES, temporaryDirectory } from "./haloy.ts";

const DOCKERFILE = "FROM node:24 AS build\nEXPOSE 9229\nFROM node:24\nEXPOSE 3000 9090\n";

/** A directory with these files. */
async function project(files: Readonly<Record<string, string>> = {}, name = "shop") {
  const cwd = join(await temporaryDirectory(), name);
  await mkdir(cwd, { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(cwd, path), text);
  return cwd;
}

/** Remove the marks of the examples, so that they are settings. */
function withExamples(text: string): string {
  return text
    .replace(/^# (?=[a-z_]+:| +\S)/gm, "")
    .replace(/^ {2}\/\/ (?=[a-zA-Z]+: | +\S|[\]}])/gm, "  ");
}

const resolved = async (cwd: string) => {
  const args = ["validate-config", "--show-resolved-config", "--reveal", "--json"];
  const { code, stdout, stderr } = await haloy(args, { cwd });
  expect(code, stdout + stderr).toBe(0);
  return JSON.parse(stdout).config;
};

describe.each(RUNTIMES)("under %s", (runtime) => {
  const env = { HALOY_RUNTIME: runtime };

  test("haloy init writes a valid config for the Dockerfile it finds", async () => {
    const cwd = await project({ Dockerfile: DOCKERFILE });
    const { code, stdout } = await haloy(["init"], { cwd, env });
    expect(stdout).toMatch(/Wrote haloy\.yaml\n +name +shop\n +image +Dockerfile\n +port +3000/);
    expect(code).toBe(0);
    expect((await haloy(["validate-config"], { cwd, env })).code).toBe(0);
    expect(await resolved(cwd)).toMatchObject({ name: "shop", port: 3000 });
  });
});

test("the schema for editors is written beside the config, and accepts it with all its examples", async () => {
  const cwd = await project({ Dockerfile: DOCKERFILE });
  await haloy(["init"], { cwd });
  const schema = JSON.parse(await readFile(join(cwd, ".haloy", "schema.json"), "utf8"));
  const accepts = new Ajv({ strict: false }).compile(schema);
  const text = await readFile(join(cwd, "haloy.yaml"), "utf8");
  expect([accepts(parse(text)), accepts(parse(withExamples(text)))]).toEqual([true, true]);
  expect(accepts({ name: "shop", prot: 80 })).toBe(false);
  const printed = await haloy(["schema", "--output", ".haloy/schema.json"], { cwd });
  expect(printed.code, printed.stderr).toBe(0);
  expect(JSON.parse(await readFile(join(cwd, ".haloy", "schema.json"), "utf8"))).toEqual(schema);
});

test("a config in TypeScript needs no schema", async () => {
  const cwd = await project({ Dockerfile: DOCKERFILE });
  const { stdout } = await haloy(["init", "--ts", "--json"], { cwd });
  expect(JSON.parse(stdout).schema).toBe(null);
  expect(await readdir(cwd)).toEqual(["Dockerfile", "haloy.config.ts"]);
});

test("a config in TypeScript can be loaded beside a package.json of CommonJS", async () => {
  const manifest = JSON.stringify({ name: "shop", type: "commonjs" });
  const cwd = await project({ Dockerfile: DOCKERFILE, "package.json": manifest });
  const { stdout } = await haloy(["init", "--ts", "--json"], { cwd });
  expect(JSON.parse(stdout).file).toBe(join(cwd, "haloy.config.mts"));
  for (const HALOY_RUNTIME of RUNTIMES) {
    const checked = await haloy(["validate-config"], { cwd, env: { HALOY_RUNTIME } });
    expect(checked.code, checked.stderr).toBe(0);
  }
  const text = await readFile(join(cwd, "haloy.config.mts"), "utf8");
  await writeFile(join(cwd, "haloy.config.ts"), text);
  const refused = await haloy(["validate-config"], { cwd, env: { HALOY_RUNTIME: "node" } });
  expect(refused.stderr).toContain("it is CommonJS: rename it to haloy.config.mts");
});

test("the config is commented, and says where editors find the schema on its first line", async () => {
  const cwd = await project({ Dockerfile: DOCKERFILE });
  await haloy(["init"], { cwd });
  const text = await readFile(join(cwd, "haloy.yaml"), "utf8");
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.haloy\/schema\.json\n/);
  expect(text).toMatchSnapshot();
});

describe("every example in a new config is valid", () => {
  test.each([
    ["haloy.yaml", []],
    ["haloy.config.ts", ["--ts"]],
  ])("%s", async (file, args) => {
    const cwd = await project({ Dockerfile: DOCKERFILE });
    await haloy(["init", ...args], { cwd });
    const text = await readFile(join(cwd, file), "utf8");
    await writeFile(join(cwd, file), withExamples(text));
    expect(await resolved(cwd)).toMatchObject({
      server: "haloy.example.com",
      image: {
        buildConfig: { context: ".", dockerfile: "Dockerfile", platform: "linux/amd64" },
        history: { strategy: "local", count: 6 },
      },
      domains: [{ domain: "my-app.example.com", aliases: ["www.my-app.example.com"] }],
      env: [{ name: "LOG_LEVEL" }, { name: "DATABASE_URL" }],
      healthCheckPath: "/health",
      minReadySeconds: 5,
      replicas: 2,
    });
  });
});

test("without a Dockerfile it has an image as an example, and is valid all the same", async () => {
  const cwd = await project();
  const { stdout } = await haloy(["init"], { cwd });
  expect(stdout).toContain("Write your image into it");
  expect(await resolved(cwd)).toMatchObject({ image: { repository: "nginx:alpine" }, port: 80 });
});

test("a Dockerfile by another name is named in the config", async () => {
  const cwd = await project({ "Dockerfile.prod": DOCKERFILE, "Dockerfile.dockerignore": "x" });
  await haloy(["init"], { cwd });
  expect(await resolved(cwd)).toMatchObject({
    image: { buildConfig: { dockerfile: "Dockerfile.prod" } },
    port: 3000,
  });
});

describe("the app's name is the project's, made valid", () => {
  test.each([
    ["Shop", {}, "shop"],
    ["my shop (2)", {}, "my-shop-2"],
    ["Ünï_cödé!", {}, "uni_code"],
    ["___--", {}, "app"],
    ["日本", {}, "app"],
    ["null", {}, "null"],
    ["123", {}, "123"],
    ["x".repeat(80), {}, "x".repeat(63)],
    ["a\n: '\"b", {}, "a-b"],
    ["shop", { "package.json": '{"name": "@acme/Web.Shop"}' }, "web-shop"],
    ["shop", { "package.json": "{", "deno.json": '{"name": "@acme/api"}' }, "api"],
    ["shop", { "deno.jsonc": '{\n  // ours\n  "name": "api",\n}' }, "api"],
    ["shop", { "package.json": '{"name": 5}' }, "shop"],
  ])("in %j with %j: %j", async (directory, files, name) => {
    const cwd = await project({ Dockerfile: DOCKERFILE, ...files }, directory);
    expect((await haloy(["init"], { cwd })).code).toBe(0);
    expect(await resolved(cwd)).toMatchObject({ name });
    expect(validName(name)).toBe(name);
  });
});

describe("the server", () => {
  async function withServers(...hosts: readonly string[]) {
    const cwd = await project({ Dockerfile: DOCKERFILE });
    const env = { HOME: await temporaryDirectory() };
    for (const host of hosts) await haloy(["server", "add", host, "token"], { env });
    return { cwd, env };
  }

  test("is the only one that is stored", async () => {
    const { cwd, env } = await withServers("one.example.com");
    await haloy(["init"], { cwd, env });
    expect(await resolved(cwd)).toMatchObject({ server: "one.example.com" });
  });

  test("is left open where several are stored, which are named", async () => {
    const { cwd, env } = await withServers("one.example.com", "two.example.com");
    await haloy(["init"], { cwd, env });
    expect(await resolved(cwd)).not.toHaveProperty("server");
    const text = await readFile(join(cwd, "haloy.yaml"), "utf8");
    expect(text).toContain("# Yours are one.example.com, two.example.com.\n# server: one");
  });

  test("is the one of --server", async () => {
    const { cwd, env } = await withServers("one.example.com");
    await haloy(["init", "--server", "https://Two.example.com/"], { cwd, env });
    expect(await resolved(cwd)).toMatchObject({ server: "two.example.com" });
  });
});

test("--name and --port win over what is found; --json answers with one document", async () => {
  const cwd = await project({ Dockerfile: DOCKERFILE });
  const args = ["init", "--name", "api", "--port", "8000", "--json"];
  const { stdout } = await haloy(args, { cwd });
  expect(JSON.parse(stdout)).toEqual({
    file: join(cwd, "haloy.yaml"),
    schema: join(cwd, ".haloy", "schema.json"),
    name: "api",
    server: null,
    dockerfile: "Dockerfile",
    port: 8000,
  });
  expect(await resolved(cwd)).toMatchObject({ name: "api", port: 8000 });
});

test.each([
  [["--name", "My App"], 'Write "--name my-app"'],
  [["--name", ""], 'Write "--name my-app"'],
  [["--port", "70000"], "haloy help init"],
])("haloy init %j is refused, and nothing is written", async (args, hint) => {
  const cwd = await project({ Dockerfile: DOCKERFILE });
  const { code, stderr } = await haloy(["init", ...args], { cwd });
  expect(stderr).toContain("[USAGE_INVALID]");
  expect(stderr).toContain(hint);
  expect(code).toBe(1);
  expect(await readdir(cwd)).toEqual(["Dockerfile"]);
});

describe("a config that is there already", () => {
  test.each([
    "haloy.yaml",
    "haloy.yml",
    "haloy.json",
    "haloy.toml",
    "haloy.config.ts",
    "haloy.config.js",
  ])("%s is not touched", async (existing) => {
    const cwd = await project({ [existing]: "mine" });
    const { code, stderr } = await haloy(["init"], { cwd });
    expect(stderr).toContain(join(cwd, existing));
    expect(stderr).toContain("--force");
    expect(stderr).toContain("[CONFIG_EXISTS]");
    expect(code).toBe(1);
    expect(await readdir(cwd)).toEqual([existing]);
    expect(await readFile(join(cwd, existing), "utf8")).toBe("mine");
  });

  test("is replaced with --force", async () => {
    const cwd = await project({ "haloy.yaml": "mine" });
    expect((await haloy(["init", "--force"], { cwd })).code).toBe(0);
    expect(await resolved(cwd)).toMatchObject({ name: "shop" });
  });

  test("by another name stays beside the new one with --force, which is a warning", async () => {
    const cwd = await project({ "haloy.yml": "mine" });
    const { code, stderr } = await haloy(["init", "--force"], { cwd });
    expect(stderr).toMatch(/^⚠ haloy\.yml is there too/);
    expect(code).toBe(0);
    expect(await readFile(join(cwd, "haloy.yml"), "utf8")).toBe("mine");
  });
});

test("another directory may be named; one that is not there is an error", async () => {
  const cwd = await project({ Dockerfile: DOCKERFILE });
  const above = join(cwd, "..");
  expect((await haloy(["init", "shop"], { cwd: above })).stdout).toContain("Wrote shop/haloy.yaml");
  const { code, stderr } = await haloy(["init", "nowhere"], { cwd: above });
  expect(stderr).toContain(join(above, "nowhere"));
  expect(stderr).toContain("[CONFIG_UNWRITABLE]");
  expect(code).toBe(1);
});
