/**
 * What is wrong with a text that is not JSON, in our own words.
 *
 * @module
 */

import jsonc from "jsonc-parser";
import { hideAllBut } from "./broken.ts";
import { type Finding, MAX_ERRORS, type Range } from "./tree.ts";

/** Words for an error, and its place where that is not the parser's. */
type Words = readonly [message: string, suggestion?: string | undefined, range?: Range];

const NO_COMMENTS: Words = ["has a comment, and JSON has none", "Remove it, or write YAML or TOML"];
const NO_QUOTES: Words = ["has text that is not in double quotes", "Put it in double quotes"];
const NO_NUMBER: Words = [
  "has something that is not a JSON number",
  "Write it like 5, 0.5 or -5, or put it in double quotes",
];

/** By the parser's code. */
const BY_CODE: Readonly<Record<string, Words>> = {
  ColonExpected: ["has a key without a colon", `Write "key": value`],
  CommaExpected: ["has no comma before this"],
  EndOfFileExpected: ["has something after its end", "A JSON file is one { … }"],
  InvalidCharacter: [
    "has a control character in a text",
    "Write \\n for a line break, \\t for a tab",
  ],
  InvalidCommentToken: NO_COMMENTS,
  InvalidEscapeCharacter: ["has an unknown escape in a text", "Write \\\\ for one \\"],
  InvalidUnicode: ["has an escape \\u without four digits", "Write \\\\ for one \\"],
  PropertyNameExpected: ["has a key that is not in double quotes", `Write "key": value`],
  UnexpectedEndOfNumber: NO_NUMBER,
  UnexpectedEndOfString: [`has no closing " for this text`],
  ValueExpected: ["has no value before this"],
};

/** What the parser could not read, by how it looks. */
const BY_SYMBOL: readonly (readonly [RegExp, Words])[] = [
  [/^'/, ["has text in single quotes", "Use double quotes"]],
  [/^#/, NO_COMMENTS],
  [/^=/, ["has = between a key and its value", `Write "key": value`]],
  [/^(true|false|null)$/i, ["has true, false or null in capital letters", "Use lower case"]],
  [/^[-+.]?\d|^[-+.]$/, NO_NUMBER],
  [/^\W+$/, ["has a sign that means nothing in JSON", "Put text in double quotes"]],
];

/** All errors but those that follow from others: one per line. */
export function findJsonErrors(text: string, errors: readonly jsonc.ParseError[]): Finding[] {
  const first = text.search(/\S/);
  if (first === -1) return [say(["is empty", `Write at least { "name": "my-app" }`], [0, 0])];
  if (!"{[/#".includes(text.charAt(first))) {
    return [say(["is not JSON: it does not begin with {"], [first, first + 1])];
  }
  const brackets = new Brackets(text);
  const findings: Finding[] = [];
  let end = -1;
  let before = "";
  for (const { error, offset, length } of errors) {
    if (findings.length === MAX_ERRORS) break;
    const code = jsonc.printParseErrorCode(error);
    const range: Range = [offset, offset + length];
    // An open text swallows the comma or the colon after it, and an unread word is no value.
    if (before === "UnexpectedEndOfString" && /^Co/.test(code)) continue;
    const between = end === -1 ? "\n" : text.slice(end, offset);
    const follows = before === "InvalidSymbol" && between.trim() === "";
    const unclosed = code.startsWith("Close");
    if (between.includes("\n") && !follows && !(unclosed && findings.length > 0)) {
      const words = unclosed ? neverClosed(text, brackets) : describe(code, text, range, brackets);
      findings.push(say(words, range));
    }
    end = range[1];
    before = code;
  }
  return findings;
}

function say([message, suggestion, place]: Words, range: Range): Finding {
  return { path: [], message, suggestion, range: place ?? range };
}

function describe(code: string, text: string, [start, end]: Range, brackets: Brackets): Words {
  const token = text.slice(start, end);
  // What matters of the text before is the last sign.
  const previous = text.slice(Math.max(0, start - 1000), start).trimEnd();
  if (code === "InvalidSymbol") {
    if (/\d/.test(text.charAt(start - 1)) && /^\w/.test(token)) return NO_NUMBER;
    return BY_SYMBOL.find(([looks]) => looks.test(token))?.[1] ?? NO_QUOTES;
  }
  if (code === "CommaExpected") {
    if (token === "}") return ["has } where ] is expected", "Close the list with ] first"];
    if (token === "]") return ["has ] where } is expected", "Close the map with } first"];
    if (token === ":" && text[brackets.innermost(start)] === "[") {
      return ["has a key in a list", "Close the list with ] before it, or put it in { }"];
    }
    if (token === ":") return ["has a colon after a value", "Is the value before it missing?"];
    if (/^\d/.test(token) && /\d/.test(text.charAt(start - 1))) return NO_NUMBER;
  }
  if (code === "EndOfFileExpected" && /^[}\]]$/.test(token)) {
    return ["has a closing bracket too many", "Remove it"];
  }
  if (code === "PropertyNameExpected" || code === "ValueExpected") {
    if (previous.endsWith(":")) return ["has a key without a value", "Write a value before this"];
    if (previous.endsWith(",") && /^[}\]]$/.test(token)) {
      const comma = text.lastIndexOf(",", start);
      return ["has a comma after the last item", "Remove it", [comma, comma + 1]];
    }
    if (token === "," && /[,[{]$/.test(previous)) return ["has a comma too many", "Remove it"];
  }
  return BY_CODE[code] ?? ["is not valid JSON here"];
}

function neverClosed(text: string, brackets: Brackets): Words {
  const at = brackets.innermost(text.length);
  return [`has no closing ${text[at] === "[" ? "]" : "}"}`, undefined, [at, at + 1]];
}

/** Which brackets are open, asked from the text's beginning to its end. */
class Brackets {
  readonly #signs: Iterator<RegExpExecArray>;
  #next: RegExpExecArray | undefined;
  readonly #open: number[] = [];

  constructor(text: string) {
    this.#signs = text.matchAll(/"(?:[^"\\\r\n]|\\[^\r\n])*"?|[[\]{}]/g);
    this.#next = this.#signs.next().value;
  }

  /** Where the innermost bracket that is open at `offset` stands. */
  innermost(offset: number): number {
    for (; this.#next && this.#next.index < offset; this.#next = this.#signs.next().value) {
      const { 0: sign, index } = this.#next;
      if (sign === "{" || sign === "[") this.#open.push(index);
      else if (sign === "}" || sign === "]") this.#open.pop();
    }
    return this.#open.at(-1) ?? 0;
  }
}

/** A key, whatever its quotes: at the line's beginning, or before a colon. */
const KEY = /^[\s{}[\],]*["']?(\w{1,40})\b["']?(?: {0,8}[:=])?|["']?\b(\w{1,40})\b["']? {0,8}[:=]/g;

/** The stretches to hide in a text that cannot be parsed, where `findings` are shown. */
export function maskBrokenJson(text: string, findings: readonly Finding[]): Range[] {
  return hideAllBut(text, findings, KEY);
}
