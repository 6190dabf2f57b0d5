/**
 * How a server is written, and the URL it is reached at.
 *
 * @module
 */

import { fail } from "../core/errors.ts";

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** `text` as a URL: plain HTTP on this computer's loopback interface, HTTPS everywhere else. */
function parse(text: string): URL | null {
  const bare = text.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  // "::1" alone is an address, but in a URL it stands in brackets.
  const authority = bare === "::1" ? "[::1]" : bare;
  const secure = URL.parse(`https://${authority}`);
  if (!secure || secure.hostname === "" || secure.username !== "") return null;
  return LOOPBACK.has(secure.hostname) ? URL.parse(`http://${authority}`) : secure;
}

function url(text: string): URL {
  const parsed = parse(text);
  if (parsed) return parsed;
  throw fail("SERVER_NOT_FOUND", {
    message: `Cannot use "${text}" as a server: it is not a host name`,
    hint: `Write it like "haloy.example.com" or "localhost:9922"`,
  });
}

/**
 * The one way to write a server: lower case, no scheme, no path, the port only where it is not
 * the usual one. Throws `SERVER_NOT_FOUND` when `text` is no host.
 */
export function serverHost(text: string): string {
  return url(text).host;
}

/** The server's base URL without a slash at the end. Throws `SERVER_NOT_FOUND`. */
export function serverUrl(text: string): string {
  return url(text).origin;
}
