/**
 * The command lines of all processes of this computer, looked at again and again.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";

/** Command lines seen while `work` runs, arguments separated by spaces. */
export async function commandLinesDuring(work: () => Promise<unknown>): Promise<string[]> {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
      } catch {
        // It has ended.
      }
    }
  }, 50);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return [...seen];
}
