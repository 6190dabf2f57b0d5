/**
 * Server-sent events that go on until they end or the reader goes.
 *
 * @module
 */

import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";

/** A comment, which keeps proxies from closing a silent stream. */
export const KEEP_ALIVE = ": keep-alive\n\n";

/** Answer with what `work` writes. `signal` is aborted when the reader has gone. */
export function eventStream(
  context: Context,
  keepAliveMs: number,
  work: (stream: SSEStreamingApi, signal: AbortSignal) => Promise<void>,
): Response {
  return streamSSE(context, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const beat = setInterval(() => void stream.write(KEEP_ALIVE), keepAliveMs);
    try {
      await work(stream, gone.signal);
    } finally {
      clearInterval(beat);
    }
  });
}
