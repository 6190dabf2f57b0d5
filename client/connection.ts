/**
 * An authenticated HTTP connection to one haloyd.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { fail, type HaloyError, isHaloyError, reasonOf } from "../core/errors.ts";
import type { ServerConnection, ServerRequest } from "../core/hooks.ts";
import type { Secret } from "../core/secret.ts";
import { send } from "../runtime/http.ts";
import type { VersionAnswer } from "../wire/routes.ts";
import { isFromProxy, refusal, rejected } from "./refusal.ts";

/** Tries of a request whose connection fails, and the wait before the second (milliseconds). */
const TRIES = 3;
const FIRST_WAIT_MS = 250;
/**
 * A connection that fails after this long was not refused: somebody in between, or `fetch` itself
 * (Bun: 300 s), lost patience with a request that the daemon works on (milliseconds).
 */
const IMPATIENCE_MS = 20_000;

/** What {@link connect} takes. */
export interface ConnectionOptions {
  /** `https://host[:port]`, or `http://` on loopback. */
  readonly url: string;
  readonly token: Secret;
  /** Where the token came from, in words: "HALOY_API_TOKEN", "api_token in haloy.yaml". */
  readonly tokenSource: string;
  /** See {@link IMPATIENCE_MS}, which is the default. */
  readonly impatienceMs?: number;
}

/** A connection. Nothing is sent before the first request. */
export function connect(options: ConnectionOptions): ServerConnection {
  const { url, token, tokenSource, impatienceMs = IMPATIENCE_MS } = options;
  const base = new URL(url);
  const asked = { base, tokenSource };
  let capabilities: Promise<ReadonlySet<string>> | undefined;

  async function attempt(path: string, options: ServerRequest): Promise<Response> {
    const { method = "GET", headers = {}, body, json, signal } = options;
    const payload = json === undefined ? body : JSON.stringify(json);
    return await send(new URL(path, base), {
      method,
      headers: {
        accept: "application/json",
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
        authorization: `Bearer ${token.reveal()}`,
      },
      body: payload,
      signal,
    });
  }

  /** Connection failures are tried again: every route of ours may be repeated safely. */
  async function request(path: string, options: ServerRequest = {}): Promise<Response> {
    const { signal, patienceMs = 0 } = options;
    const began = Date.now();
    let tries = 0;
    for (;;) {
      const sent = Date.now();
      let failure: unknown;
      try {
        const response = await attempt(path, options);
        if (response.ok) return response;
        const text = await response.text();
        if (!isFromProxy(response.status, text)) throw refusal(response, text, asked);
        failure = new Error(`a proxy in front of it answered ${response.status}`);
      } catch (error) {
        signal?.throwIfAborted();
        if (isHaloyError(error)) throw error;
        failure = error;
      }
      const now = Date.now();
      if (now - sent < impatienceMs || now - began > patienceMs) tries += 1;
      if (tries >= TRIES) throw unreachable(failure);
      await sleep(FIRST_WAIT_MS * 2 ** Math.max(tries - 1, 0), undefined, signal ? { signal } : {});
    }
  }

  function unreachable(cause: unknown): HaloyError {
    return fail("DAEMON_UNREACHABLE", {
      message: `Cannot reach haloyd at ${base.origin}: ${innermost(cause)} (tried ${TRIES} times)`,
      hint: 'Check the address under "server", that haloyd runs there, and the network in between',
      cause,
    });
  }

  async function json<Answer>(path: string, options?: ServerRequest): Promise<Answer> {
    const response = await request(path, options);
    const body = await response.text();
    if (body === "") return null as Answer;
    try {
      return JSON.parse(body) as Answer;
    } catch {
      throw rejected(response.status, body, base);
    }
  }

  return {
    url: base.origin,
    loopback: isLoopback(base.hostname),
    request,
    json,
    capabilities(signal) {
      capabilities ??= json<VersionAnswer>("/v1/version", signal ? { signal } : {}).then(
        (answer) => new Set(answer.capabilities ?? []),
      );
      return capabilities;
    },
  };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d+){3}$/.test(host);
}

/** `fetch` says "fetch failed" and hides the reason in causes. */
function innermost(error: unknown): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  return reasonOf(deepest) || "no answer";
}
