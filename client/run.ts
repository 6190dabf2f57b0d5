/**
 * Work under way: a list of events that any number of readers follow, and a result.
 *
 * @module
 */

import { errorJson, fail } from "../core/errors.ts";
import { EventLog, type Operation } from "../core/events.ts";
import { Masker } from "../core/secret.ts";
import type { Run, RunOptions } from "./api.ts";

/** What the work of a run is given. */
export interface Workspace {
  readonly events: EventLog;
  readonly masker: Masker;
  readonly signal: AbortSignal;
}

/** Begin `work` and give back its run. */
export function startRun<Result>(
  operation: Operation,
  app: string,
  { signal }: RunOptions,
  work: (workspace: Workspace) => Promise<Result>,
): Run<Result> {
  const masker = new Masker();
  const events = new EventLog((event) => masker.maskData(event));
  const abort = new AbortController();
  const cancel = () => abort.abort(fail("ABORTED", { message: "Cancelled" }));
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel, { once: true });

  const result = (async () => {
    events.append({ type: "run:start", operation, app });
    try {
      abort.signal.throwIfAborted();
      const value = await work({ events, masker, signal: abort.signal });
      events.append({ type: "run:end", operation, app });
      return value;
    } catch (error) {
      const reason = abort.signal.aborted ? abort.signal.reason : error;
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
