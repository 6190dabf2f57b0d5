/**
 * What an answer that is no success means.
 *
 * @module
 */

import { type ErrorJson, errorFromJson, fail, type HaloyError } from "../core/errors.ts";

/** Statuses with which a proxy in front answers for a daemon that is away, or slow. */
const FROM_PROXY: ReadonlySet<number> = new Set([502, 503, 504]);

/** Who was asked, and with which token. */
export interface Asked {
  readonly base: URL;
  /** Where the token came from, in words. */
  readonly tokenSource: string;
}

/** Whether a proxy answered for a daemon that is away: haloyd's own errors say what they are. */
export function isFromProxy(status: number, text: string): boolean {
  return FROM_PROXY.has(status) && !isErrorJson(parse(text));
}

/** The error behind an answer that is not 2xx. `DAEMON_REJECTED` where haloyd did not make it. */
export function refusal(response: Response, text: string, asked: Asked): HaloyError {
  const { status } = response;
  const { base, tokenSource } = asked;
  if (status < 400) return redirected(status, response.headers.get("location"), base);
  if (status === 401) {
    return fail("TOKEN_INVALID", {
      message: `Cannot log in to ${base.origin}: the API token was refused; it came from ${tokenSource}`,
      hint: `Get the right one on the server ("haloyd config generate-token") and store it with "haloy server add ${base.host} --token-stdin --force"`,
    });
  }
  const said = parse(text);
  if (isErrorJson(said)) return errorFromJson(said);
  return rejected(status, text, base);
}

/** An answer that no haloyd gives. */
export function rejected(status: number, text: string, base: URL): HaloyError {
  return fail("DAEMON_REJECTED", {
    message: `${base.origin} answered ${status}: ${text.trim().slice(0, 500) || "nothing"}`,
    hint: "Is this the address of a haloyd?",
  });
}

/** A redirect is not followed: the token is for this server only. */
function redirected(status: number, location: string | null, base: URL): HaloyError {
  const target = URL.parse(location ?? "", base);
  const elsewhere = target !== null && target.host !== base.host;
  return fail("DAEMON_REJECTED", {
    message: `Cannot use ${base.origin}: it answered ${status} and redirects to ${location ?? "nowhere"}`,
    hint: elsewhere
      ? `If that is your haloyd, write the address it redirects to as "server: ${target.host}"`
      : "Is this the address of a haloyd?",
  });
}

/** JSON, or undefined for anything else. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A proxy may answer with JSON of its own. */
function isErrorJson(value: unknown): value is ErrorJson {
  const { code, message } = (value ?? {}) as Partial<Record<keyof ErrorJson, unknown>>;
  return typeof code === "string" && typeof message === "string";
}
