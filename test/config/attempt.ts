/**
 * Loading damaged configs: random but repeatable inputs, and everything that is said about them.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../core/config/load.ts";
import { isHaloyError } from "../../core/errors.ts";

/** Numbers in [0, below), the same in every run. mulberry32: small, good enough to vary inputs. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * Load a config of this content. Gives back everything an error says, or null when there is none.
 * Throws what is no diagnostic, and when it took longer than a second.
 */
export async function attempt(name: string, content: string | Uint8Array): Promise<string | null> {
  const directory = mkdtempSync(join(tmpdir(), "haloy-robust-"));
  const file = join(directory, name);
  writeFileSync(file, content);
  // Processor time: other work on the machine does not count.
  const began = process.cpuUsage();
  const said = await loadConfig(file).then(
    () => null,
    (error: unknown) => {
      if (!isHaloyError(error)) throw error;
      return `${error.message}\n${error.hint}\n${JSON.stringify(error)}`;
    },
  );
  const { user, system } = process.cpuUsage(began);
  rmSync(directory, { recursive: true });
  const milliseconds = (user + system) / 1000;
  if (milliseconds > 1000) throw new Error(`Reading ${name} took ${milliseconds} ms`);
  return said;
}
