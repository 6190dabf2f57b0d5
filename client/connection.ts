/**
 * An authenticated HTTP connection to one haloyd.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorJson, errorFromJson, fail, reasonOf } from "../core/errors.ts";
import type { ServerConnection, ServerRequest } from "../core/hooks.ts";
import type { Secret } from "../core/secret.ts";
import type { VersionAnswer } from "../wire/routes.ts";

/** Tries of a request whose connection fails, and the wait before the second (milliseconds). */
const TRIES = 3;
const FIRST_WAIT_MS = 250;

/** What {@link connect} takes. */
export interface ConnectionOptions {
  /** `https://host[:port]`, or `http://` on loopback. */
  readonly url: string;
  readonly token: Secret;
  /** Where the token came from, in words: "HALOY_API_TOKEN", "api_token in haloy.yaml". */
  readonly tokenSource: string;
}

/** A connection. Nothing is sent before the first request. */
export function connect({ url, token, tokenSource }: ConnectionOptions): ServerConnection {
  const base = new URL(url);
  let capabilities: Promise<ReadonlySet<string>> | undefined;

  async function attempt(path: string, options: ServerRequest): Promise<Response> {
    const { method = "GET", headers = {}, body, json, signal } = options;
    const payload = json === undefined ? body : JSON.stringify(json);
    return await fetch(new URL(path, base), {
      method,
      headers: {
        accept: "application/json",
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
        authorization: `Bearer ${token.reveal()}`,
      },
      redirect: "manual",
      ...(payload === undefined ? {} : { body: payload }),
      ...(signal ? { signal } : {}),
    });
  }

  /** Connection failures are tried again: every route of ours may be repeated safely. */
  async function request(path: string, options: ServerRequest = {}): Promise<Response> {
    let failure: unknown;
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (tries > 0) {
        const wait = FIRST_WAIT_MS * 2 ** (tries - 1);
        await sleep(wait, undefined, options.signal ? { signal: options.signal } : {});
      }
      try {
        const response = await attempt(path, options);
        if (response.status < 400) return response;
        // A proxy in front answers for a daemon that is just being restarted.
        if (response.status === 502 || response.status === 503) {
          failure = new Error(`the proxy answered ${response.status}`);
          await response.body?.cancel();
          continue;
        }
        throw await refusal(response);
      } catch (error) {
        options.signal?.throwIfAborted();
        if (error instanceof Error && error.name === "HaloyError") throw error;
        failure = error;
      }
    }
    throw fail("DAEMON_UNREACHABLE", {
      message: `Cannot reach haloyd at ${base.origin}: ${innermost(failure)} (tried ${TRIES} times)`,
      hint: 'Check the address under "server", that haloyd runs there, and the network in between',
      cause: failure,
    });
  }

  async function refusal(response: Response): Promise<Error> {
    const text = await response.text();
    if (response.status === 401) {
      return fail("TOKEN_INVALID", {
        message: `Cannot log in to ${base.origin}: the API token was refused; it came from ${tokenSource}`,
        hint: `Get the right one on the server ("haloyd config generate-token") and store it with "haloy server add ${base.host} --token-stdin --force"`,
      });
    }
    try {
      return errorFromJson(JSON.parse(text) as ErrorJson);
    } catch {
      return fail("DAEMON_REJECTED", {
        message: `${base.origin} answered ${response.status}: ${text.trim().slice(0, 500) || "nothing"}`,
        hint: "Is this the address of a haloyd?",
      });
    }
  }

  async function json<Answer>(path: string, options?: ServerRequest): Promise<Answer> {
    const response = await request(path, options);
    const body = await response.text();
    return (body === "" ? null : JSON.parse(body)) as Answer;
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
