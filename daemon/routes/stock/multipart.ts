/**
 * The first part of a `multipart/form-data` body (RFC 7578) as a stream. A stock client sends one
 * part of many gigabytes; a library for forms would bring events and buffers for all that never
 * comes.
 *
 * @module
 */

import { badRequest } from "../../layers/requests.ts";

/** The most that may stand before a part's content, and after it (bytes). */
const MAX_AROUND = 64 * 1024;

/** A part whose content is still to be read. */
export interface Part {
  readonly name: string | null;
  readonly fileName: string | null;
  /** Throws `API_REQUEST_INVALID` when the body ends before the part does. */
  readonly content: AsyncGenerator<Buffer, void, void>;
}

/**
 * Read up to the content of the first part.
 *
 * @throws `API_REQUEST_INVALID` for what is no such body.
 */
export async function firstPart(
  contentType: string | undefined,
  body: AsyncIterable<Uint8Array>,
): Promise<Part> {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
      contentType ?? "",
    ) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw invalid("it is not multipart/form-data with a boundary");
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const chunks = body[Symbol.asyncIterator]();

  // The delimiter's line break is not there before the first part: we add it.
  let head: Buffer = Buffer.from("\r\n");
  for (;;) {
    const start = head.indexOf(delimiter);
    const end = start === -1 ? -1 : head.indexOf("\r\n\r\n", start + delimiter.length);
    if (end !== -1) {
      const headers = head.subarray(start + delimiter.length, end).toString("utf8");
      const disposition = /^content-disposition:\s*form-data(.*)$/im.exec(headers)?.[1] ?? "";
      return {
        name: parameter(disposition, "name"),
        fileName: parameter(disposition, "filename"),
        content: contentOf(head.subarray(end + 4), chunks, delimiter),
      };
    }
    if (head.byteLength > MAX_AROUND) throw invalid("its first part does not begin");
    head = Buffer.concat([head, await next(chunks)]);
  }
}

async function* contentOf(
  begun: Buffer,
  chunks: AsyncIterator<Uint8Array>,
  delimiter: Buffer,
): AsyncGenerator<Buffer, void, void> {
  try {
    let rest = begun;
    for (let end = rest.indexOf(delimiter); end === -1; end = rest.indexOf(delimiter)) {
      // The end of what we have may be the beginning of the delimiter.
      const sure = Math.max(0, rest.byteLength - delimiter.byteLength + 1);
      if (sure > 0) yield rest.subarray(0, sure);
      const chunk = await next(chunks);
      rest = sure === rest.byteLength ? chunk : Buffer.concat([rest.subarray(sure), chunk]);
    }
    const end = rest.indexOf(delimiter);
    if (end > 0) yield rest.subarray(0, end);
    // What is left is read, so that the client is not cut off while it says its last words.
    for (let left = MAX_AROUND; left > 0; ) {
      const { done, value } = await chunks.next();
      if (done) break;
      left -= value.byteLength;
    }
  } finally {
    await chunks.return?.();
  }
}

async function next(chunks: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const { done, value } = await chunks.next();
  if (done) throw invalid("it ends in the middle of a part");
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function parameter(disposition: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, "i").exec(disposition)?.[1];
  return found === undefined ? null : found.replace(/\\(.)/g, "$1");
}

function invalid(reason: string): Error {
  return badRequest(`Cannot read the request: ${reason}`);
}
