/**
 * One HTTP request, by what the runtime does best with bodies of megabytes.
 *
 * Deno's and Bun's `fetch` keep their memory. Node's holds on to every body until the collector
 * comes by, and gives up after 300 s without an answer; its `node:http` does neither.
 *
 * @module
 */

import { type IncomingMessage, Agent as PlainAgent, request as requestPlain } from "node:http";
import { request as requestSecure, Agent as SecureAgent } from "node:https";
import { Readable } from "node:stream";
import { currentRuntime } from "./name.ts";

/** What {@link send} takes besides the address. */
export interface SendOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Answers without a body, by the fetch standard. */
const NO_BODY = new Set([204, 205, 304]);

/** Idle connections do not keep the process alive. */
const plain: PlainAgent = new PlainAgent({ keepAlive: true });
const secure: SecureAgent = new SecureAgent({ keepAlive: true });

/** Send a request. Redirects are answers. Rejects when there is no answer, or with the signal's reason. */
export async function send(url: URL, options: SendOptions): Promise<Response> {
  return currentRuntime().name === "node" ? sendByNode(url, options) : sendByFetch(url, options);
}

async function sendByFetch(
  url: URL,
  { method, headers, body, signal }: SendOptions,
): Promise<Response> {
  return await fetch(url, {
    method,
    headers,
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
    ...(signal ? { signal } : {}),
  });
}

async function sendByNode(
  url: URL,
  { method, headers, body, signal }: SendOptions,
): Promise<Response> {
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  const bodyless = body === undefined && (method === "GET" || method === "HEAD");
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      method,
      headers: bodyless ? headers : { ...headers, "content-length": String(length) },
      ...(signal ? { signal } : {}),
    };
    const request =
      url.protocol === "https:"
        ? requestSecure(url, { ...options, agent: secure }, resolve)
        : requestPlain(url, { ...options, agent: plain }, resolve);
    request.once("error", (error) => reject(signal?.aborted ? signal.reason : error));
    request.end(body);
  });
  const status = incoming.statusCode ?? 0;
  const answered = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) answered.append(name, value);
  }
  if (NO_BODY.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers: answered });
  }
  // Node's own type of a web stream, which is the standard's all the same.
  const stream = Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Response(stream, { status, headers: answered });
}
