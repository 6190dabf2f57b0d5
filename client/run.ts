/**
 * Work under way: a list of events that any number of readers follow, and a result.
 *
 * @module
 */

import { errorJson, fail, isHaloyError } from "../core/errors.ts";
import { EventLog, type Operation } from "../core/events.ts";
import { Masker } from "../core/secret.ts";
import type { Run, RunOptions } from "./api.ts";
import { type Chosen, INCLUDE_HINT } from "./choose.ts";
import { maskedError } from "./masked-error.ts";

/** What the work of a run is given. */
export interface Workspace {
  readonly events: EventLog;
  readonly masker: Masker;
  readonly signal: AbortSignal;
}

/** What a run is about. */
export interface Subject extends Chosen {
  /** The chosen targets' apps. */
  readonly apps: readonly string[];
}

/** Begin `work` and give back its run. What `choose` throws is the run's failure. */
export function startRun<Result>(
  operation: Operation,
  choose: () => Subject,
  { signal }: RunOptions,
  work: (workspace: Workspace, names: readonly string[]) => Promise<Result>,
): Run<Result> {
  const masker = new Masker();
  const events = new EventLog((event) => masker.maskData(event));
  const abort = new AbortController();
  const cancel = () => abort.abort(fail("ABORTED", { message: "Cancelled" }));
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel, { once: true });

  const result = (async () => {
    const chosen = attempt(choose);
    const { names, leftOut, apps } = chosen.subject;
    const about = { operation, app: apps.join(", "), targets: names };
    events.append({ type: "run:start", ...about });
    try {
      abort.signal.throwIfAborted();
      if ("error" in chosen) throw chosen.error;
      if (leftOut.length > 0) {
        const message = `Protected, so left out: ${leftOut.join(", ")}`;
        events.append({ type: "targets:left-out", targets: leftOut, message, hint: INCLUDE_HINT });
      }
      const value = await work({ events, masker, signal: abort.signal }, names);
      events.append({ type: "run:end", ...about });
      return value;
    } catch (error) {
      // Whatever a cancellation broke is no news, but for what was done before it.
      const cancelled = abort.signal.aborted && !(isHaloyError(error) && error.code === "ABORTED");
      const reason = maskedError(cancelled ? abort.signal.reason : error, masker);
      events.append({ type: "run:fail", operation, error: errorJson(reason) });
      throw reason;
    } finally {
      signal?.removeEventListener("abort", cancel);
      events.close();
    }
  })();
  // Whoever only iterates sees the failure as the last event, not as an unhandled rejection.
  result.catch(() => {});

  return {
    result,
    cancel,
    // biome-ignore lint/suspicious/noThenProperty: a run is meant to be awaited.
    then: (fulfilled, rejected) => result.then(fulfilled, rejected),
    [Symbol.asyncIterator]: () => events.from(0),
  };
}

function attempt(
  choose: () => Subject,
): { subject: Subject } | { subject: Subject; error: unknown } {
  try {
    return { subject: choose() };
  } catch (error) {
    return { subject: { names: [], leftOut: [], apps: [] }, error };
  }
}
