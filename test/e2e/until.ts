/**
 * Waiting for something to happen.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";

/** Wait until `met` says true, at most `seconds`. Throws when it did not happen. */
export async function until(met: () => Promise<boolean>, seconds: number): Promise<void> {
  for (let tries = 0; tries < seconds * 10; tries += 1) {
    if (await met()) return;
    await sleep(100);
  }
  throw new Error(`It did not happen within ${seconds} s`);
}
