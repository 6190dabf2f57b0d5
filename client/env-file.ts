/**
 * The format of `.env` files: reading one, and changing one variable in it.
 *
 * Why neither `parseEnv` of `node:util` nor dotenv: the former gives `C=` with a space after it
 * the next line as its value under Node and Deno but not under Bun, and the three disagree about
 * `\"`, `export` and a byte order mark; the latter skips what it does not understand without a
 * word. Like dotenv, but: a comment begins at a `#` after white space (as in the shell, in Docker
 * Compose and for the stock Haloy), and in double quotes `\"` is a quotation mark and `\\` a
 * backslash.
 *
 * @module
 */

import { fail } from "../core/errors.ts";

/** Variables by name. */
export type EnvFile = Readonly<Record<string, string>>;

/** The end of a line: white space, perhaps a comment. */
const END = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const NAME = /[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)[^\S\n]*=/y;
/** A value in quotation marks may have several lines. */
const QUOTED = /[^\S\n]*(?:'([^']*)'|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"|`([^`]*)`)/y;
const PLAIN = /[^\n]*/y;

/**
 * The variables in the text of `file`; the last one of a name wins.
 *
 * @throws `CONFIG_INVALID` with the line of what is no variable, never with its text.
 */
export function envVariables(text: string, file: string): EnvFile {
  const rest = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const variables: [name: string, value: string][] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(rest);
    if (match) at = pattern.lastIndex;
    return match;
  };
  const invalid = (state: string, hint: string) => {
    const before = rest.slice(0, at).split("\n");
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    return fail("CONFIG_INVALID", {
      message: `Cannot read ${file}: ${state} (line ${place.line})`,
      hint,
      at: { file, ...place },
    });
  };
  while (at < rest.length) {
    if (take(END)) continue;
    const name = take(NAME)?.[1];
    if (name === undefined) {
      throw invalid("this is no variable", `Write "NAME=value", or begin a comment with "#"`);
    }
    const start = at;
    const noNul = (value: string) => {
      // No process can be given one.
      if (!value.includes("\0")) return value;
      at = start;
      throw invalid(`the value of ${name} has a NUL byte`, "Save the file as plain text, in UTF-8");
    };
    const quoted = take(QUOTED);
    if (!quoted) {
      const plain = (take(PLAIN)?.[0] ?? "").replace(/\s#.*$/, "").trim();
      if (/^["'`]/.test(plain)) {
        at = start;
        throw invalid(`the value of ${name} has no closing ${plain[0]}`, "Close the quotation");
      }
      variables.push([name, noNul(plain)]);
      continue;
    }
    const [, single, double, back] = quoted;
    variables.push([name, noNul(single ?? back ?? unescaped(double ?? ""))]);
    if (!take(END)) {
      throw invalid(
        `more follows after the value of ${name}`,
        "Put the whole value into one pair of quotation marks",
      );
    }
  }
  return Object.fromEntries(variables);
}

/** What stands in double quotes: `\n`, `\r`, `\"` and `\\` are one character each. */
function unescaped(text: string): string {
  return text.replace(/\\([nr"\\])/g, (_, letter) =>
    letter === "n" ? "\n" : letter === "r" ? "\r" : letter,
  );
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
