/**
 * Lines of apps' output, of several targets at once as they come.
 *
 * @module
 */

import { readEvents } from "../plugins/deploy/haloyd/sse.ts";
import type { LogLine, LogsOptions } from "./api.ts";
import type { Connected } from "./opened.ts";
import { answersOf, forEachTarget } from "./outcomes.ts";

/** A stream of one target's lines. */
export interface LogStream {
  readonly target: string;
  readonly response: Response;
}

/**
 * Ask for the lines of all targets. One that has none, as it does not run, fails them all: whoever
 * follows the others would never hear of it.
 */
export async function openLogs(
  targets: readonly Connected[],
  { tail, follow, container, allContainers }: LogsOptions,
  signal: AbortSignal,
): Promise<LogStream[]> {
  const query = new URLSearchParams({
    ...(tail === undefined ? {} : { tail: String(tail) }),
    ...(follow === false ? { follow: "false" } : {}),
    ...(container === undefined ? {} : { containerId: container }),
    ...(allContainers ? { allContainers: "true" } : {}),
  });
  const outcomes = await forEachTarget(targets, signal, ({ target, server }) =>
    server.request(`/v1/logs/${target.name}?${query}`, {
      headers: { accept: "text/event-stream, application/json" },
      signal,
    }),
  );
  const responses = answersOf(outcomes, { action: "show the output of", done: "Found" });
  return Object.entries(responses).map(([target, response]) => ({ target, response }));
}

/** The lines of all streams, each as it comes. Ends when all have ended, or when one breaks. */
export async function* mergeLogs(streams: readonly LogStream[]): AsyncGenerator<LogLine> {
  // Each stream has at most one line here: who reads slowly makes the servers wait.
  const ready: { readonly line: LogLine; taken(): void }[] = [];
  let running = streams.length;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  const pump = async (stream: LogStream) => {
    try {
      for await (const line of linesOf(stream)) {
        await new Promise<void>((taken) => {
          ready.push({ line, taken });
          wake();
        });
      }
    } catch (error) {
      failure ??= { error };
    }
    running -= 1;
    wake();
  };
  for (const stream of streams) void pump(stream);
  for (;;) {
    const next = ready.shift();
    if (next) {
      yield next.line;
      next.taken();
    } else if (failure) {
      throw failure.error;
    } else if (running === 0) {
      return;
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}

async function* linesOf({ target, response }: LogStream): AsyncGenerator<LogLine> {
  for await (const { data } of readEvents(response)) {
    const { containerId, line } = JSON.parse(data) as { containerId: string; line: string };
    yield { target, container: containerId, line };
  }
}
