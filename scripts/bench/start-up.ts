/**
 * The command's start-up against an empty script in the same runtime.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, type Runtime } from "../environment/haloyd.ts";
import { measure, median } from "./measure.ts";

const RUNS = 15;

/** One runtime's medians (milliseconds). */
export interface StartUp {
  readonly runtime: Runtime;
  readonly emptyMs: number;
  /** `haloy --version`. */
  readonly versionMs: number;
  /** `haloy validate-config` of a small file: everything a deploy loads before it begins. */
  readonly validateMs: number;
}

/** Measure all three runtimes, the commands taking turns so that noise hits all alike. */
export async function startUp(): Promise<StartUp[]> {
  const dir = mkdtempSync(join(tmpdir(), "haloy-start-"));
  const results: StartUp[] = [];
  try {
    writeFileSync(join(dir, "empty.js"), "");
    writeFileSync(join(dir, "haloy.yaml"), "name: bench\nserver: localhost\n");
    for (const runtime of ["node", "deno", "bun"] as const) {
      const env = { ...process.env, HALOY_RUNTIME: runtime };
      const binary = join(ROOT, "node_modules/.bin", runtime);
      const empty = runtime === "deno" ? ["run", "-A", "empty.js"] : ["empty.js"];
      const times: [number[], number[], number[]] = [[], [], []];
      for (let round = -1; round < RUNS; round += 1) {
        const rounds = [
          await measure(binary, empty, { cwd: dir, env }),
          await measure(join(ROOT, "bin/haloy"), ["--version"], { cwd: dir, env }),
          await measure(join(ROOT, "bin/haloy"), ["validate-config"], { cwd: dir, env }),
        ];
        // The first round fills caches, as the first use on a machine does.
        if (round < 0) continue;
        for (const [index, { seconds }] of rounds.entries()) times[index]?.push(seconds * 1000);
      }
      const [emptyMs, versionMs, validateMs] = times.map(median) as [number, number, number];
      results.push({ runtime, emptyMs, versionMs, validateMs });
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return results;
}
