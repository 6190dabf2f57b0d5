/**
 * The engine's multiplexed log format, as documented under "Attach to a container": frames of
 * one byte for the stream, three unused, four for the length, then the payload.
 *
 * @module
 */

import type { Readable } from "node:stream";
import { lines } from "./lines.ts";

const HEADER_BYTES = 8;

/** Lines of a container's output. `tty`: the container has a terminal, so nothing is framed. */
export function logLines(stream: Readable, tty: boolean): AsyncGenerator<string> {
  return lines(tty ? stream : frames(stream));
}

async function* frames(stream: Readable): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER_BYTES) {
      const length = pending.readUInt32BE(4);
      if (pending.length < HEADER_BYTES + length) break;
      yield pending.subarray(HEADER_BYTES, HEADER_BYTES + length);
      pending = pending.subarray(HEADER_BYTES + length);
    }
  }
}
