import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Check, checkBy } from "../config/editor.ts";
import { haloy, RUNTIMES, temporaryDirectory } from "./haloy.ts";

/** A project with a config and a plugin that has options and strategies. */
async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "node_modules"));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(directory, name), content);
  }
  return directory;
}

/** A plugin as somebody else writes it, with a zod of its own. */
const ZOD = new URL("../../node_modules/zod/index.js", import.meta.url).href;
const PLUGIN = `
import { z } from "${ZOD}";
const tree = z.strictObject({ label: z.string(), get children() { return z.array(tree).optional(); } });
export default {
  name: "vault",
  options: z.strictObject({
    address: z.url().describe("Where the vault is"),
    mountPath: z.string().default("kv"),
    tree: tree.optional(),
  }),
  strategies: {
    resolveSecret: { vault: z.strictObject({ role_id: z.string() }) },
    retain: { s3: z.strictObject({ bucket: z.string(), keepDays: z.int().min(1).optional() }) },
    push: { ipfs: z.strictObject({}) },
  },
  setup: () => { throw new Error("the schema needs no running plugin"); },
};
`;
const CONFIG = `name: shop
plugins:
  - use: ./vault.ts
    with: { address: "https://vault.example.com" }
`;

async function schemaOf(cwd: string, args: readonly string[] = [], env = {}): Promise<Check> {
  const { code, stdout, stderr } = await haloy(["schema", ...args], { cwd, env });
  expect([code, stderr]).toEqual([0, ""]);
  return checkBy(JSON.parse(stdout));
}

describe("without a config", () => {
  test.each(RUNTIMES)(
    "haloy schema describes any config, in YAML's spelling, under %s",
    async (runtime) => {
      const cwd = await temporaryDirectory();
      const check = await schemaOf(cwd, [], { HALOY_RUNTIME: runtime });
      expect(check({ name: "shop", health_check_path: "/up" })).toEqual([]);
      expect(check({ name: "shop", healthCheckPath: "/up" })).not.toEqual([]);
    },
  );

  test("--format chooses the spelling", async () => {
    const cwd = await temporaryDirectory();
    const camel = await schemaOf(cwd, ["--format", "json"]);
    expect(camel({ name: "shop", healthCheckPath: "/up" })).toEqual([]);
    const snake = await schemaOf(cwd, ["--format", "toml"]);
    expect(snake({ name: "shop", healthCheckPath: "/up" })).not.toEqual([]);
  });

  test("one that is named must be there", async () => {
    const { code, stdout, stderr } = await haloy(["schema", "-c", "shop"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("[CONFIG_NOT_FOUND]");
  });
});

test.each([
  ["haloy.yaml", "name: shop\n", "health_check_path"],
  ["haloy.toml", 'name = "shop"\n', "health_check_path"],
  ["haloy.json", '{ "name": "shop" }', "healthCheckPath"],
  ["haloy.config.ts", 'export default { name: "shop" };', "healthCheckPath"],
])("keys are spelt as in %s", async (file, content, key) => {
  const check = await schemaOf(await project({ [file]: content }));
  expect(check({ name: "shop", [key]: "/up" })).toEqual([]);
  expect(check({ name: "shop", [key]: "up" })).not.toEqual([]);
});

describe("a plugin of the config", () => {
  test("has its options checked, as the plugin spells them", async () => {
    const check = await schemaOf(await project({ "haloy.yaml": CONFIG, "vault.ts": PLUGIN }));
    const using = (plugin: unknown) => check({ name: "shop", plugins: [plugin] });
    const address = "https://vault.example.com";
    const tree = { label: "a", children: [{ label: "b", children: [] }] };
    for (const options of [{ address }, { address, mountPath: "secret" }, { address, tree }]) {
      expect(using({ use: "./vault.ts", with: options })).toEqual([]);
    }
    for (const options of [
      ...[null, {}, { address, mount_path: "kv" }, { address: 5 }],
      { address, tree: { label: "a", children: [{ name: "b" }] } },
    ]) {
      expect(using({ use: "./vault.ts", with: options })).not.toEqual([]);
    }
    expect(using("./vault.ts").join()).toContain("must be object");
    expect(using({ use: "./vault.ts" }).join()).toContain("'with'");
    expect(using("another-one")).toEqual([]);
    expect(using({ use: "another-one", with: { anything: 1 } })).toEqual([]);
  });

  test("has the options of its strategies checked", async () => {
    const check = await schemaOf(await project({ "haloy.yaml": CONFIG, "vault.ts": PLUGIN }));
    const sources = (provider: string, source: unknown) =>
      check({ name: "shop", secret_providers: { [provider]: { production: source } } });
    expect(sources("vault", { role_id: "a" })).toEqual([]);
    expect(sources("vault", { roleId: "a" })).not.toEqual([]);
    expect(sources("other", { roleId: "a" })).toEqual([]);
    const history = (options: object) =>
      check({ name: "shop", image: { history: { strategy: "s3", ...options } } });
    expect(history({ bucket: "b", keepDays: 3 })).toEqual([]);
    expect(history({ bucket: "b", keepDays: 0 })).not.toEqual([]);
    expect(history({ bucket: "b", keep_days: 3 })).not.toEqual([]);
    expect(history({}).join()).toContain("'bucket'");
    // The top may say the rest.
    const inherited = {
      image: { history: { strategy: "s3", bucket: "b" } },
      targets: { web: { image: { history: { strategy: "s3", keepDays: 3 } } } },
    };
    expect(check(inherited)).toEqual([]);
  });

  test("adds the names of its strategies to what editors suggest", async () => {
    const cwd = await project({ "haloy.yaml": CONFIG, "vault.ts": PLUGIN });
    const { stdout } = await haloy(["schema"], { cwd });
    const { definitions } = JSON.parse(stdout);
    expect(definitions.buildConfig.properties.push.anyOf[0].enum).toEqual(
      expect.arrayContaining(["server", "registry", "ipfs"]),
    );
    expect(definitions.history.properties.strategy.anyOf[0].enum).toEqual(
      expect.arrayContaining(["local", "registry", "none", "s3"]),
    );
  });

  test("that cannot be described is named", async () => {
    const broken = `import { z } from "${ZOD}";
const id = (schema) => schema.meta({ id: "twice" });
export default {
  name: "broken",
  options: z.object({ a: id(z.string()), b: id(z.number()) }),
  setup: () => ({}),
};`;
    const yaml = "name: shop\nplugins: [./broken.ts]\n";
    const cwd = await project({ "haloy.yaml": yaml, "broken.ts": broken });
    const { code, stdout, stderr } = await haloy(["schema", "-o", "schema.json"], { cwd });
    expect(stderr).toMatch(/Cannot describe plugin "broken": its options cannot be written/);
    expect(stderr).toContain("[PLUGIN_INVALID, plugin broken]");
    expect([code, stdout]).toEqual([1, ""]);
    expect(await readdir(cwd)).not.toContain("schema.json");
  });
});

describe("--output", () => {
  test("writes a file whole, in directories it makes, over one that is there", async () => {
    const cwd = await temporaryDirectory();
    const args = ["schema", "-o", ".haloy/schema.json"];
    const { code, stdout } = await haloy(args, { cwd });
    expect([code, stdout]).toEqual([0, "✔ Wrote .haloy/schema.json\n"]);
    const written = await readFile(join(cwd, ".haloy", "schema.json"), "utf8");
    expect(written).toBe((await haloy(["schema"], { cwd })).stdout);
    const again = await haloy([...args, "--json"], { cwd });
    expect(JSON.parse(again.stdout)).toEqual({ file: join(cwd, ".haloy", "schema.json") });
    expect(await readdir(join(cwd, ".haloy"))).toEqual(["schema.json"]);
  });

  test("that cannot be written leaves nothing behind", async () => {
    const cwd = await project({ "haloy.yaml": "name: shop\n" });
    const { code, stderr } = await haloy(["schema", "-o", "haloy.yaml/schema.json"], { cwd });
    expect(stderr).toMatch(/^✖ Cannot write /);
    expect(code).toBe(1);
    expect(await readdir(cwd)).toEqual(["haloy.yaml", "node_modules"]);
  });
});

test("a config with mistakes is told, and no schema is written", async () => {
  const cwd = await project({ "haloy.yaml": "nmae: shop\n" });
  const { code, stdout, stderr } = await haloy(["schema", "-o", "s.json"], { cwd });
  expect(stderr).toContain("haloy.yaml:1:1");
  expect([code, stdout]).toEqual([1, ""]);
  expect(await readdir(cwd)).not.toContain("s.json");
});

test("a format that is none is refused with those there are", async () => {
  const { code, stderr } = await haloy(["schema", "--format", "xml"]);
  expect(stderr).toContain("yaml, json, toml");
  expect(stderr).toContain("[USAGE_INVALID]");
  expect(code).toBe(1);
});
