/**
 * `npm test`: everything that CI runs. With arguments, only the tests they name
 * (`npm test -- test/e2e/deploy.test.ts`).
 *
 * @module
 */

import { spawnSync } from "node:child_process";

const node = process.execPath;
const bin = "node_modules/.bin";
const vitest = [node, "node_modules/vitest/vitest.mjs", "run"];
const named = process.argv.slice(2);

const steps: readonly (readonly [string, readonly string[]])[] =
  named.length > 0
    ? [["tests", [...vitest, ...named]]]
    : [
        ["formatting and lint", [`${bin}/biome`, "check", "--error-on-warnings", "."]],
        ["types (TypeScript)", [`${bin}/tsc`, "--project", "."]],
        [
          "types (Deno)",
          [`${bin}/deno`, "check", "--quiet", "mod.ts", "cli/main.ts", "daemon/main.ts"],
        ],
        ["import directions", [node, "scripts/check-imports.ts"]],
        ["tests", vitest],
      ];

for (const [name, [file = "", ...args]] of steps) {
  const began = performance.now();
  console.log(`▸ ${name}`);
  const { status } = spawnSync(file, args, { stdio: "inherit" });
  if (status !== 0) {
    console.error(`✖ ${name} failed`);
    process.exit(1);
  }
  console.log(`✔ ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
}
