/**
 * One config in every format, and which file of a directory is read.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SETTING_NAMES } from "./config-shape.ts";
import { loadConfig } from "./load.ts";

const root = new URL("../../", import.meta.url).pathname;
const fixtures = join(root, "test/fixtures/config/formats");
const run = promisify(execFile);

/** Where some settings stand in the text formats. */
const WRITTEN = {
  "yaml/haloy.yaml": { port: "7:7", secret: "44:21", tag: "79:12" },
  "json/haloy.json": { port: "5:11", secret: "28:51", tag: "62:16" },
  "toml/haloy.toml": { port: "5:8", secret: "61:10", tag: "110:7" },
};
const MODULES = [
  "ts/haloy.config.ts",
  "mts/haloy.config.mts",
  "js/haloy.config.js",
  "mjs/haloy.config.mjs",
];

const yaml = await loadConfig("yaml/haloy.yaml", { cwd: fixtures });

describe("a config that uses every field", () => {
  test("does so", async () => {
    const text = await readFile(join(fixtures, "json/haloy.json"), "utf8");
    const camelCase = [...SETTING_NAMES].filter((name) => !name.includes("_"));
    expect(camelCase.filter((name) => !text.includes(`"${name}": `))).toEqual(["$schema"]);
    expect(yaml.config.targets["production.eu"]).toMatchObject({ port: 3000, minReadySeconds: 10 });
  });

  test.each(["json/haloy.json", "toml/haloy.toml", ...MODULES])(
    "means the same as %s",
    async (name) => {
      const { config } = await loadConfig(name, { cwd: fixtures });
      expect(config).toEqual(yaml.config);
    },
  );

  test.each(Object.entries(WRITTEN))("has its places in %s", async (name, places) => {
    const { locate } = await loadConfig(name, { cwd: fixtures });
    const at = (path: readonly (string | number)[], target?: string) => {
      const { line, column } = locate(path, target);
      return `${line}:${column}`;
    };
    expect({
      port: at(["port"]),
      secret: at(["env", 3, "from", "secret"]),
      tag: at(["image", "tag"], "staging"),
    }).toEqual(places);
  });

  test.each([
    ["Node", "node", []],
    ["Deno", "deno", ["run", "--no-lock", "-A"]],
    ["Bun", "bun", []],
  ])("means the same in every format under %s", async (_title, runtime, flags) => {
    const { stdout } = await run(
      join(root, "node_modules/.bin", runtime),
      [...flags, join(root, "test/config/load-all.ts"), fixtures],
      { cwd: root },
    );
    const report = JSON.parse(stdout) as Record<string, unknown>;
    const expected = JSON.parse(JSON.stringify(yaml.config)) as unknown;
    for (const format of ["yaml", "json", "toml", "ts", "mts", "js", "mjs"]) {
      expect(report[format], format).toEqual(expected);
    }
  });
});

describe("in a directory with several configs", () => {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "haloy-formats-"));
  });
  afterAll(() => rm(directory, { recursive: true }));

  test("the first of a fixed order is used, and the others are named in warnings", async () => {
    const module = (name: string) => `export default { name: "${name}" };\n`;
    const files = [
      ["haloy.config.ts", module("ts")],
      ["haloy.config.mts", module("mts")],
      ["haloy.config.js", module("js")],
      ["haloy.yaml", "name: yaml\n"],
      ["haloy.yml", "name: yml\n"],
      ["haloy.json", `{ "name": "json" }`],
      ["haloy.toml", `name = "toml"\n`],
    ] as const;
    // From the last to the first: each one is used while those before it are not there.
    for (const [index, [name, text]] of [...files.entries()].reverse()) {
      await writeFile(join(directory, name), text);
      const { config, file, warnings } = await loadConfig(directory);
      expect(file).toBe(join(directory, name));
      expect(config.targets).toHaveProperty(name.split(".").at(-1) ?? "");
      expect(warnings.map(({ message }) => message)).toEqual(
        files.slice(index + 1).map(([other]) => `is used, and ${other} beside it is ignored`),
      );
    }
  });
});

test("a parser is loaded when a config in its format is read, and no sooner", async () => {
  const script = `
    import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ load(url, context, next) {
      const [, name] = /node_modules\\/(yaml|jsonc-parser|toml-eslint-parser)\\//.exec(url) ?? [];
      if (name && !seen.includes(name)) seen.push(name);
      return next(url, context);
    } });
    const { loadConfig } = await import(${JSON.stringify(join(root, "core/config/load.ts"))});
    for (const name of ["ts/haloy.config.ts", "json/haloy.json", "toml/haloy.toml", "yaml/haloy.yaml"]) {
      await loadConfig(name, { cwd: ${JSON.stringify(fixtures)} });
      seen.push(name);
    }
    console.log(seen.join(" "));`;
  const node = join(root, "node_modules/.bin/node");
  const { stdout } = await run(node, ["--input-type=module", "--eval", script], { cwd: root });
  expect(stdout.trim()).toBe(
    "ts/haloy.config.ts jsonc-parser json/haloy.json toml-eslint-parser toml/haloy.toml yaml yaml/haloy.yaml",
  );
});
