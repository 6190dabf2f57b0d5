/**
 * Loads every config in a folder of folders, and a plugin, under whatever runtime runs it.
 * Prints what happened as JSON.
 *
 * @module
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "../../core/config/load.ts";
import { isHaloyError } from "../../core/errors.ts";
import { setUpPlugins } from "../../core/host.ts";
import { loadPlugins } from "../../core/registry.ts";

const [folder = "", project = ""] = process.argv.slice(2);
const report: Record<string, unknown> = {};

async function attempt(name: string, run: () => Promise<unknown>): Promise<void> {
  try {
    report[name] = await run();
  } catch (error) {
    if (!isHaloyError(error)) throw error;
    const { code, message, at } = error;
    report[name] = { code, message, line: at?.line ?? null, file: at?.file.split("/").at(-1) };
  }
}

for (const name of (await readdir(folder)).sort()) {
  const [file = ""] = (await readdir(join(folder, name))).filter((one) => one.startsWith("haloy"));
  await attempt(name, async () => (await loadConfig(join(name, file), { cwd: folder })).config);
}
await attempt("plugins", async () => {
  const { config, file, locate } = await loadConfig(project);
  const loaded = await loadPlugins(config.plugins, { from: file, builtins: new Map(), locate });
  const running = await setUpPlugins(loaded);
  return running.map(({ plugin }) => `${plugin.name} ${plugin.version}`);
});
console.log(JSON.stringify(report));
