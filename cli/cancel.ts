/**
 * Ctrl-C: the first one cancels the work and waits for its clean end, the second one leaves.
 *
 * @module
 */

import process from "node:process";
import { ERROR_CODES } from "../core/errors.ts";

/** SIGHUP: the terminal went away, or the connection to it. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Aborted by the first SIGINT, SIGTERM or SIGHUP. Dispose it when the work is over. */
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
  for (const name of SIGNALS) process.on(name, heard);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of SIGNALS) process.off(name, heard);
    },
  };
}
