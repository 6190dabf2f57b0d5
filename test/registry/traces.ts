/**
 * Looking for a secret where it must not be.
 *
 * @module
 */

import { execFileSync } from "node:child_process";

/** A secret as it may be written: as it is, in a URL, in JSON, and in base64 of either alphabet. */
export function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString("base64").slice(0, -4);
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replaceAll("+", "-").replaceAll("/", "_"),
  ];
}

/** Files at or below `path` with `text` in them, binary ones too. */
export function filesWith(text: string, path: string): string[] {
  try {
    const found = execFileSync("grep", ["-rlaF", "--", text, path], { encoding: "utf8" });
    return found.trim().split("\n");
  } catch (error) {
    // grep ends with 1 when nothing was found, and with 2 when it could not look.
    if ((error as { status?: number }).status === 1) return [];
    throw error;
  }
}
