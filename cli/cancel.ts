/**
 * Ctrl-C: the first one cancels the work and waits for its clean end, the second one leaves.
 *
 * @module
 */

import process from "node:process";
import { ERROR_CODES } from "../core/errors.ts";

/** Aborted by the first SIGINT or SIGTERM. Dispose it when the work is over. */
export interface Cancellation extends Disposable {
  readonly signal: AbortSignal;
}

/** Listen for signals until disposed; `notice` is called at the first one. */
export function cancelOnSignal(notice: () => void): Cancellation {
  const controller = new AbortController();
  const heard = () => {
    if (controller.signal.aborted) process.exit(ERROR_CODES.ABORTED);
    notice();
    controller.abort();
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, heard);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, heard);
    },
  };
}
