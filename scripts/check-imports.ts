/**
 * Proves that imports point the way the design says, and that files stay short.
 *
 * @module
 */

import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** What each folder may import, besides itself, packages and `node:` built-ins. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  runtime: [],
  core: ["runtime"],
  engine: ["core"],
  wire: ["core"],
  // Plugins get from us what a third party's plugin gets, the engine's client and the wire's types.
  plugins: ["plugin.ts", "engine", "wire"],
  client: ["core", "engine", "wire", "plugins", "runtime"],
  daemon: ["core", "engine", "wire", "plugins", "plugin.ts", "runtime"],
  cli: ["mod.ts", "client", "core", "runtime"],
  "mod.ts": ["client", "core"],
  "plugin.ts": ["core"],
  // Only the published API: they import it by the package's name.
  examples: [],
};

/** Longer files are hard to read in one sitting. */
const MAX_LINES = 300;

const problems: string[] = [];
for (const file of globSync("**/*.ts", { exclude: ["node_modules/**", ".cache/**"] })) {
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n").length;
  const isTest = /\.test\.ts$|^test\//.test(file);
  if (lines > MAX_LINES && !isTest)
    problems.push(`${file} has ${lines} lines, at most ${MAX_LINES}`);
  const layer = layerOf(file);
  const allowed = ALLOWED[layer];
  if (!allowed || isTest) continue;
  for (const [, specifier = ""] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
    const target = layerOf(normalize(join(dirname(file), specifier)));
    if (target === layer || allowed.includes(target)) continue;
    problems.push(`${file} imports ${specifier}: ${layer} may not import ${target}`);
  }
}
for (const problem of problems) console.error(`✖ ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function layerOf(path: string): string {
  return path.split("/")[0] ?? path;
}
