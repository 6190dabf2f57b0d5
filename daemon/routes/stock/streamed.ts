/**
 * Request bodies that are too large to be kept.
 *
 * @module
 */

import type { Context } from "hono";
import { badRequest } from "../../layers/requests.ts";

/**
 * The bytes of a request as they come.
 *
 * @throws `API_REQUEST_INVALID` when there are none, when there are more than `max`, and when the
 * client goes away before the last one.
 */
export async function* streamedBody(
  context: Context,
  max: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  const { body } = context.req.raw;
  if (!body) throw badRequest("Cannot read the request: it has no body");
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (let received = 0; ; ) {
      const { done, value } = await chunks.next().catch(() => {
        throw badRequest("Cannot read the request: the connection ended in the middle of it");
      });
      if (done) return;
      received += value.byteLength;
      if (received > max) {
        throw badRequest(
          `Cannot read the request: its body has more than ${max} bytes`,
          undefined,
          413,
        );
      }
      yield value;
    }
  } finally {
    await chunks.return?.();
  }
}
