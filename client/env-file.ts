/**
 * Changes one variable of a `.env` file and leaves every other line and comment as it is.
 *
 * @module
 */

import { parseEnv } from "node:util";

/** The variables in the text of a `.env` file. */
export function envVariables(text: string): Readonly<Record<string, string | undefined>> {
  return parseEnv(text);
}

/**
 * `text` with the variable set to `value`, or without the variable when `value` is null.
 * Throws a `RangeError` for a value that a `.env` file cannot hold.
 */
export function withVariable(text: string, name: string, value: string | null): string {
  const line = value === null ? null : `${name}=${quoted(value)}`;
  const assignment = new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`);
  const kept: string[] = [];
  let written = line === null;
  for (const old of text === "" ? [] : text.replace(/\n$/, "").split("\n")) {
    if (!assignment.test(old)) kept.push(old);
    else if (!written && line !== null) {
      kept.push(line);
      written = true;
    }
  }
  if (!written && line !== null) kept.push(line);
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
}

/** Single quotes keep everything as it is, except themselves and line breaks. */
function quoted(value: string): string {
  if (/^[\w.~+/=:@-]+$/.test(value)) return value;
  if (/['\r\n]/.test(value)) throw new RangeError("the value has quotation marks or line breaks");
  return `'${value}'`;
}
