/**
 * The parts of a run, told as they begin and end.
 *
 * @module
 */

import type { EventSink, Stage } from "../core/events.ts";

/**
 * Do one part of a run. Its end is told only when it went well: when nothing was thrown, and `well`
 * says so where problems are only noted.
 */
export async function stage<Result>(
  { events, signal }: { readonly events: EventSink; readonly signal: AbortSignal },
  name: Stage,
  label: string,
  work: () => Promise<Result>,
  well: () => boolean = () => true,
): Promise<Result> {
  signal.throwIfAborted();
  const began = performance.now();
  events.append({ type: "stage:start", stage: name, label });
  const result = await work();
  const elapsedMs = Math.round(performance.now() - began);
  if (well()) events.append({ type: "stage:end", stage: name, elapsedMs });
  return result;
}
