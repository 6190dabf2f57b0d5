/**
 * The Docker Engine API over its socket: a thin, typed client that streams both ways.
 *
 * Each call lists the statuses it expects; any other answer is `ENGINE_REJECTED` with the
 * engine's own words, and a socket that does not answer is `ENGINE_UNREACHABLE`.
 *
 * Why not dockerode: it brings gRPC and protobuf (for BuildKit sessions that we do not use) and
 * has neither backpressure on `load` nor types of its own.
 *
 * @module
 */

import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fail, reasonOf } from "../core/errors.ts";

/** The oldest API we speak: Docker Engine 20.10. */
const OLDEST_API = "1.41";
/** Longest wait for an answer that is not streamed, where the caller sets none (milliseconds). */
const ANSWER_TIMEOUT_MS = 120_000;
/** The newest API whose answers we know: Docker Engine 28.5. */
const NEWEST_API = "1.51";

/** Where an engine listens: a Unix socket, or plain TCP. */
export type EngineAddress =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number };

/** One call. */
export interface EngineRequest {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly json?: unknown;
  /** Sent as it is produced, chunked. */
  readonly body?: Readable;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are an answer and not an error, besides 2xx. */
  readonly expect?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** The engine named by `DOCKER_HOST`, else the one at Docker's standard socket. */
export function engineAddress(env: Readonly<Record<string, string | undefined>>): EngineAddress {
  const host = env.DOCKER_HOST;
  if (!host) return { socketPath: "/var/run/docker.sock" };
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  if (host.startsWith("tcp://") || host.startsWith("http://")) {
    const url = new URL(host.replace(/^tcp:/, "http:"));
    return { host: url.hostname, port: Number(url.port || 2375) };
  }
  throw fail("ENGINE_UNREACHABLE", {
    message: `Cannot use DOCKER_HOST "${host}": only unix:// and tcp:// addresses are supported`,
    hint: "For a remote engine over SSH, forward its socket to a local one and name that",
  });
}

/** An address in words, for messages. */
export function describeEngine(address: EngineAddress): string {
  return "socketPath" in address
    ? `unix://${address.socketPath}`
    : `tcp://${address.host}:${address.port}`;
}

/** One engine. Cheap to make: nothing is connected before the first call. */
export class EngineClient {
  readonly address: EngineAddress;
  #version: Promise<string> | undefined;

  constructor(address: EngineAddress) {
    this.address = address;
  }

  /** A call whose answer is streamed. The caller reads it to its end or destroys it. */
  async stream(path: string, options: EngineRequest = {}): Promise<IncomingMessage> {
    const version = await this.apiVersion();
    return await this.#send(`/v${version}${path}`, options);
  }

  /** A call whose answer is JSON. Null for an empty answer. */
  async json<Answer>(path: string, options: EngineRequest = {}): Promise<Answer> {
    const body = await text(await this.stream(path, limited(options)));
    return (body === "" ? null : JSON.parse(body)) as Answer;
  }

  /** The answer as JSON, or null when the engine says 404. */
  async jsonOrNull<Answer>(path: string, options: EngineRequest = {}): Promise<Answer | null> {
    const response = await this.stream(path, limited({ ...options, expect: [404] }));
    const body = await text(response);
    return response.statusCode === 404 ? null : (JSON.parse(body) as Answer);
  }

  /** A call of which only success matters. Gives back the status. */
  async call(path: string, options: EngineRequest = {}): Promise<number> {
    const response = await this.stream(path, limited(options));
    response.resume();
    await new Promise((resolve, reject) => {
      response.once("end", resolve).once("error", reject).once("close", resolve);
    });
    return response.statusCode ?? 0;
  }

  /** The API version both sides speak, at most {@link NEWEST_API}. */
  apiVersion(): Promise<string> {
    this.#version ??= this.#negotiate().catch((error) => {
      this.#version = undefined;
      throw error;
    });
    return this.#version;
  }

  async #negotiate(): Promise<string> {
    const response = await this.#send("/_ping", {});
    response.resume();
    const theirs = String(response.headers["api-version"] ?? OLDEST_API);
    const minor = (version: string) => Number(version.split(".")[1]);
    if (minor(theirs) < minor(OLDEST_API)) {
      throw fail("ENGINE_REJECTED", {
        message: `Cannot use the Docker Engine at ${describeEngine(this.address)}: its API is ${theirs}, ours needs ${OLDEST_API}`,
        hint: "Update Docker to 20.10 or later",
      });
    }
    return minor(theirs) > minor(NEWEST_API) ? NEWEST_API : theirs;
  }

  async #send(path: string, options: EngineRequest): Promise<IncomingMessage> {
    const { method = "GET", query = {}, json, body, headers = {}, expect = [], signal } = options;
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]));
    const target = pairs.length > 0 ? `${path}?${search}` : path;
    const payload = json === undefined ? undefined : JSON.stringify(json);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request: ClientRequest = httpRequest(
        {
          ...this.address,
          method,
          path: target,
          headers: {
            host: "docker",
            ...(payload === undefined
              ? {}
              : {
                  "content-type": "application/json",
                  "content-length": String(Buffer.byteLength(payload)),
                }),
            ...headers,
          },
          ...(signal ? { signal } : {}),
        },
        resolve,
      );
      request.once("error", (cause) => reject(this.#unreachable(cause, signal)));
      if (body) {
        body.once("error", (cause) => {
          request.destroy();
          reject(cause);
        });
        body.pipe(request);
      } else {
        request.end(payload);
      }
    });
    const status = response.statusCode ?? 0;
    if ((status >= 200 && status < 300) || expect.includes(status)) return response;
    throw this.#rejected(method, path, status, await text(response));
  }

  #unreachable(cause: Error, signal: AbortSignal | undefined): unknown {
    const late = signal?.reason instanceof DOMException && signal.reason.name === "TimeoutError";
    if (signal?.aborted && !late) return signal.reason;
    const reason = late ? "it does not answer" : reasonOf(cause);
    return fail("ENGINE_UNREACHABLE", {
      message: `Cannot reach the Docker Engine at ${describeEngine(this.address)}: ${reason}`,
      hint: "Is Docker running, and may this user open its socket? DOCKER_HOST names another one",
      cause,
    });
  }

  #rejected(method: string, path: string, status: number, body: string): unknown {
    let said = body.trim();
    try {
      said = (JSON.parse(body) as { message?: string }).message ?? said;
    } catch {
      // Not JSON: the text itself is all there is.
    }
    return fail("ENGINE_REJECTED", {
      message: `The Docker Engine refused ${method} ${path.replace(/^\/v[\d.]+/, "")}: ${said || status}`,
      details: { status },
    });
  }
}

/** The engine's own words behind an `ENGINE_REJECTED` error; those of any other error. */
export function engineSaid(error: unknown): string {
  return reasonOf(error).replace(/^The Docker Engine refused [A-Z]+ \S+: /, "");
}

/** The call with an end to its patience. */
function limited(options: EngineRequest): EngineRequest {
  const limit = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const { signal } = options;
  return { ...options, signal: signal ? AbortSignal.any([signal, limit]) : limit };
}

/** The engine's status code behind an `ENGINE_REJECTED` error. 0 when it is another error. */
export function rejectedStatus(error: unknown): number {
  const details = (error as { details?: { status?: unknown } } | null)?.details;
  return typeof details?.status === "number" ? details.status : 0;
}
