/**
 * What is wrong with a text that is not TOML, in our own words.
 *
 * @module
 */

import type { ParseError } from "toml-eslint-parser";
import { hideAllBut } from "./broken.ts";
import type { Statement } from "./toml-statements.ts";
import type { Finding, Range } from "./tree.ts";

type Words = readonly [message: string, suggestion?: string | undefined];

const NO_VALUE: Words = ["has a key without a value", "Write key = value, or remove the key"];
const ESCAPE = "Write \\\\ for one \\, or use single quotes";
const LEFT = "Put text in quotes, and every key in a line of its own";
const NUMBER = "Write it like 5, 0.5 or -5, or put it in double quotes";
const NO_NUMBER: Words = ["has something that is not a TOML number", NUMBER];

/** By how the parser's message begins: it quotes nothing of the text, but has no code. */
const BY_MESSAGE: readonly (readonly [start: string, ...words: Words])[] = [
  ["Unterminated string", "has no closing quote for this text"],
  ["Unterminated table-key", "has a table name without its closing bracket", "Write [name]"],
  ["Unterminated array", "has no closing ]"],
  ["Unterminated inline table", "has no closing }"],
  ["Empty bare keys", "has a table without a name", "Write [name]"],
  ["Must be a newline", "has something left at the end of the line", LEFT],
  ["Expected equal", "has no = after a key", "Write key = value"],
  ["Unspecified values", ...NO_VALUE],
  ["The key, equals sign", ...NO_VALUE],
  ["Expected comma", "has no comma before this"],
  ["Defining a key multiple", "has a key that is there twice", "Keep one of the two"],
  ["Control characters", "has a control character", "Write \\n for a line break, \\t for a tab"],
  ["Invalid code point", "has a character that is not allowed", "Remove it"],
  ["Invalid character in escape", "has an unknown escape in a text", ESCAPE],
  ["Underscores are allowed", "has a number with an underscore at its end", NUMBER],
  ["Leading zeros", "has a number that begins with 0", NUMBER],
  ["Unexpected spaces", "has a space between two brackets", "Write [[name]]"],
  ["Three or more quotes", "has too many quotes at the end of a text"],
  ["Unexpected invalid", "has a date or a time that does not exist"],
  ["Consecutive dots", "has two dots in a key"],
  ["Keys cannot", "has a dot at the end of a key"],
];

type Signs = readonly (readonly [RegExp, Words])[];

const COMMENT: Signs[number] = [
  /^(\/\/|\/\*)/,
  ["has a comment that does not begin with #", "Write # instead"],
];

/** Signs that the parser did not expect, before the value. */
const BEFORE_VALUE: Signs = [
  [/^:/, ["has a colon where = is expected", "Write key = value"]],
  [/^=/, ["has = without a key before it", "Write key = value"]],
  [/^\{/, ["has { where a key is expected", "Is it JSON? Then call it haloy.json"]],
  COMMENT,
  [/^/, ["has a sign that is not allowed in a key", "Put a key with signs in it in quotes"]],
];

/** Signs that the parser did not expect, in a value or after it. */
const IN_VALUE: Signs = [
  [/^(true|false)\b/i, ["has true or false in capital letters", "Use lower case"]],
  [/^[-+.]?\d|^[-+.]|^\s|^$/, NO_NUMBER],
  COMMENT,
  [/^,/, ["has a comma that is not expected here", "Remove it"]],
  [/^[\]}]/, ["has a closing bracket that is not expected here", "Remove it"]],
  [/^/, ["has a value that is not in quotes", "Put text in double quotes"]],
];

/** The error of one statement. */
export function syntaxFinding(text: string, statement: Statement, error: ParseError): Finding {
  const { start, openText, openBracket } = statement;
  const say = (at: number, [message, suggestion]: Words): Finding => ({
    ...{ path: [], message, suggestion },
    range: [at, at + 1],
  });
  if (openText !== null && error.message.startsWith("Unterminated string")) {
    const quotes = /^("""|'''|.)/.exec(text.slice(openText, openText + 3))?.[0];
    return say(openText, [`has no closing ${quotes} for this text`]);
  }
  // Without its closing bracket a value goes on to the end of the file.
  if (openBracket !== null && openText === null) {
    return say(openBracket, [`has no closing ${text[openBracket] === "[" ? "]" : "}"}`]);
  }
  const at = start + error.index;
  if (error.message.startsWith("Must be a newline") && /[\]}]/.test(text.charAt(at))) {
    return say(at, ["has a closing bracket too many", "Remove it"]);
  }
  const known = BY_MESSAGE.find(([begins]) => error.message.startsWith(begins));
  if (known) return say(at, [known[1], known[2]]);
  const inValue = /[=[{]/.test(text.slice(start, at).replace(/#.*/g, ""));
  const ahead = text.slice(at, at + 6);
  const sign = (inValue ? IN_VALUE : BEFORE_VALUE).find(([looks]) => looks.test(ahead));
  return say(at, sign?.[1] ?? ["is not valid TOML here"]);
}

/** A table's name or a key, as far as it is made of setting names. */
const KEY =
  /^\s*\[{0,2} {0,8}((?:[\w-]{1,40} ?\. ?){0,8}[\w-]{1,40})(?![\w-])(?: {0,8}[=:])?|(?<![\w.-])((?:[\w-]{1,40} ?\. ?){0,8}[\w-]{1,40}) {0,8}[=:]/g;

/** The stretches to hide in a text that cannot be parsed, where `findings` are shown. */
export function maskBrokenToml(text: string, findings: readonly Finding[]): Range[] {
  return hideAllBut(text, findings, KEY);
}
