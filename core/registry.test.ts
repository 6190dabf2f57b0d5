/**
 * Which plugin a name in the config stands for, and what is refused.
 *
 * @module
 */

import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { loadConfig } from "./config/load.ts";
import type { PluginEntry } from "./config/types.ts";
import { isHaloyError } from "./errors.ts";
import { setUpPlugins } from "./host.ts";
import { definePlugin, type Plugin } from "./plugin.ts";
import { loadPlugins, packageName } from "./registry.ts";

const project = await mkdtemp(join(tmpdir(), "haloy-registry-"));
afterAll(() => rm(project, { recursive: true }));
const from = join(project, "haloy.yaml");

const source = (name: string, options = "z.strictObject({})") =>
  `import { z } from "zod";\nexport default { name: "${name}", options: ${options}, setup: () => ({}) };\n`;
const ZOD_3 = "{ _def: {}, parse() {} }";

async function install(name: string, text: string): Promise<void> {
  const folder = join(project, "node_modules", name);
  await mkdir(folder, { recursive: true });
  const manifest = { name, type: "module", exports: { import: "./mod.js" } };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "mod.js"), text);
}

await install("haloy-plugin-vault", source("vault", "z.strictObject({ address: z.url() })"));
await install("@acme/haloy-plugin-vault", source("acme-vault"));
await install("haloy-plugin-old", source("old", ZOD_3));
await install("haloy-plugin-empty", "export const nothing = 1;\n");
await install("haloy-plugin-broken", `throw new Error("no native module");\n`);
await install("haloy-plugin-docker2", source("docker"));
await install("haloy-plugin-shapeless", "export default { name: 'shapeless', options: {} };\n");
await symlink(
  new URL("../node_modules/zod", import.meta.url).pathname,
  join(project, "node_modules/zod"),
);
await writeFile(join(project, "package.json"), `{ "type": "module" }`);
await writeFile(join(project, "slack.js"), source("slack"));

const plugin = (name: string): Plugin =>
  definePlugin({ name, options: z.strictObject({}), setup: () => ({}) });
const docker = plugin("docker");
const caddy = plugin("caddy");
const builtins = new Map([
  ["docker", async () => docker],
  ["caddy", async () => caddy],
]);

const load = (entries: readonly PluginEntry[]) => loadPlugins(entries, { from, builtins });

/** Load the plugins of a YAML config, set them up, and give back the error. */
async function failure(plugins: string) {
  await writeFile(from, `name: shop\nplugins:\n${plugins}`);
  const { config, locate } = await loadConfig(from);
  try {
    await setUpPlugins(await loadPlugins(config.plugins, { from, builtins, locate }));
  } catch (error) {
    if (isHaloyError(error)) return error;
    throw error;
  }
  return expect.unreachable();
}

test.each([
  ["vault", "haloy-plugin-vault"],
  ["haloy-plugin-vault", "haloy-plugin-vault"],
  ["@acme/vault", "@acme/haloy-plugin-vault"],
  ["@acme/haloy-plugin-vault", "@acme/haloy-plugin-vault"],
  ["./plugins/slack.ts", "./plugins/slack.ts"],
  ["../slack.ts", "../slack.ts"],
  ["/srv/slack.ts", "/srv/slack.ts"],
  ["npm:haloy-plugin-vault@1", "npm:haloy-plugin-vault@1"],
  ["jsr:@acme/vault", "jsr:@acme/vault"],
])("%s is imported as %s", (name, specifier) => {
  expect(packageName(name)).toBe(specifier);
});

test("listed plugins come first and in their order, then built-in ones that are not listed", async () => {
  const loaded = await load([
    { use: "./slack.js" },
    { use: "caddy", with: { admin: true } },
    { use: "@acme/vault" },
    { use: plugin("inline"), with: 1 },
  ]);
  expect(loaded.map(({ use, plugin: { name }, options }) => [use, name, options])).toEqual([
    ["./slack.js", "slack", undefined],
    ["caddy", "caddy", { admin: true }],
    ["@acme/vault", "acme-vault", undefined],
    ["inline", "inline", 1],
    ["docker", "docker", undefined],
  ]);
});

test("a built-in plugin that a TypeScript config imports counts as listed", async () => {
  const loaded = await load([{ use: caddy }]);
  expect(loaded.map(({ use }) => use)).toEqual(["caddy", "docker"]);
});

test.each([
  ["a package that is not installed", "  - nowhere\n", "PLUGIN_NOT_FOUND", 3],
  ["a path that leads nowhere", "  - vault\n  - ./nowhere.ts\n", "PLUGIN_NOT_FOUND", 4],
  ["a module without a default export", "  - use: empty\n", "PLUGIN_INVALID", 3],
  ["a module that throws", "  - broken\n", "PLUGIN_INVALID", 3],
  ["a plugin without setup", "  - shapeless\n", "PLUGIN_INVALID", 3],
  ["options in zod 3", "  - old\n", "PLUGIN_INVALID", 3],
  ["a plugin that is listed twice", "  - ./slack.js\n  - ./slack.js\n", "PLUGIN_DUPLICATE", 4],
  ["a plugin with the name of a built-in one", "  - docker2\n", "PLUGIN_DUPLICATE", 3],
  ["an option that is wrong", "  - use: vault\n    with:\n      address: x\n", "PLUGIN_INVALID", 5],
  ["an option that is missing", "  - vault\n", "PLUGIN_INVALID", 3],
])("%s is refused where the config lists it", async (_title, plugins, code, line) => {
  const error = await failure(plugins);
  expect({ code: error.code, line: error.at?.line }).toEqual({ code, line });
  expect(error.hint).toBeTruthy();
});

test("the errors say what is wrong in words", async () => {
  const configs = [
    "  - nowhere\n",
    "  - ./nowhere.ts\n",
    "  - empty\n",
    "  - broken\n",
    "  - old\n",
    "  - docker2\n",
    "  - vault\n",
    "  - { use: vault, with: { address: x, token: hunter2 } }\n",
  ];
  const said: string[] = [];
  for (const plugins of configs) said.push((await failure(plugins)).message);
  expect(said.join("\n")).toMatchInlineSnapshot(`
    "Cannot find plugin "nowhere": "haloy-plugin-nowhere" is not installed where the config is
    Cannot find plugin "./nowhere.ts": there is no such file, seen from the config's directory
    Cannot use plugin "empty": it has no default export
    Cannot use plugin "broken": it failed while loading: no native module
    Cannot use plugin "old": its "options" are a zod 3 schema, and zod 4 is needed
    Cannot use plugin "docker2": "docker" is the name of a built-in plugin
    Cannot use plugin "vault" with these options:
      address: Invalid input: expected string, received undefined (line 3, column 5)
    Cannot use plugin "vault" with these options:
      address: Invalid URL (line 3, column 36)
      options: Unrecognized key: "token" (line 3, column 19)"
  `);
});
