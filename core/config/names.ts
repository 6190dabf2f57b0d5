/**
 * Rules for names that configs and the wire have in common.
 *
 * @module
 */

import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { z } from "zod";

/** What stands in addresses but in no name: `https://app.example.com:8080/path`. */
const AROUND_NAMES = /[\s/:?#@\\%[\]]/;
const ASCII = /^[\0-\x7f]*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** A name that ends in one is an IPv4 address in the eyes of browsers. */
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;
const IPV4 = /^\d+(?:\.\d+){3}$/;

/**
 * A host name, or `*.` and a host name. It comes out in lower case and ASCII: names in other
 * alphabets become punycode (`münchen.example` is `xn--mnchen-3ya.example`).
 */
export const hostName: z.ZodType<string, string> = z
  .string()
  .transform((written, context) => {
    const read = readHostName(written);
    if (typeof read === "string") return read;
    context.addIssue({ code: "custom", message: read.problem });
    return z.NEVER;
  })
  .meta({ id: "hostName" });

function readHostName(written: string): string | { readonly problem: string } {
  const wildcard = written.startsWith("*.") ? "*." : "";
  const rest = written.slice(wildcard.length);
  if (rest.includes("*")) {
    return { problem: `may have "*" only as its whole first label, as in "*.example.com"` };
  }
  if (isIP(rest.replace(/^\[|\]$/g, "")) || IPV4.test(rest)) {
    return { problem: "must be a host name, not an IP address" };
  }
  if (AROUND_NAMES.test(rest)) {
    return { problem: `must be a host name alone, such as "${nameWithin(rest)}"` };
  }
  // What is ASCII already is judged here: the runtimes do not agree on it.
  const ascii = ASCII.test(rest) ? rest.toLowerCase() : domainToASCII(rest);
  const labels = ascii.split(".");
  if (ascii === "") return { problem: `must be a host name such as "app.example.com"` };
  if (labels.includes("")) return { problem: "must not have a dot at an end, or two in a row" };
  const wrong = labels.find((label) => !LABEL.test(label));
  if (wrong !== undefined) {
    const rule = "1 to 63 letters, digits and dashes, with no dash at an end";
    return { problem: `must have labels of ${rule}, not "${wrong}"` };
  }
  if (wildcard !== "" && labels.length < 2) {
    return { problem: `must have two labels or more after "*.", as in "*.example.com"` };
  }
  const last = labels.at(-1) ?? "";
  if (labels.length < 2 && last !== "localhost") {
    return { problem: `must have two labels or more, as in "app.example.com"` };
  }
  if (last.length < 2 || NUMBER.test(last)) {
    return { problem: `must end in a name such as "com", not "${last}"` };
  }
  const name = `${wildcard}${ascii}`;
  return name.length <= 253 ? name : { problem: "must have at most 253 characters" };
}

/** The host name in an address, as an example of what to write. */
function nameWithin(address: string): string {
  const example = "app.example.com";
  try {
    const { hostname } = new URL(address.includes("://") ? address : `https://${address}`);
    return typeof readHostName(hostname) === "string" ? hostname : example;
  } catch {
    return example;
  }
}

/** A path that is asked for on a host. */
export const urlPath: z.ZodType<string, string> = z
  .string()
  .regex(/^\//, "must start with a slash");

/**
 * An app's name. It becomes an image repository and part of container names, so it follows the
 * grammar of one path component of a repository (OCI distribution specification).
 */
export const appName: z.ZodType<string, string> = z
  .string()
  .max(63, "must have at most 63 characters")
  .regex(
    /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/,
    "must be lower case letters and digits, with single dots, dashes or underscores between them",
  );
