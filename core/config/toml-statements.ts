/**
 * Cuts a TOML text into statements, each a `key = value` or a `[table]` with the comments before
 * it. The parser stops at the first error, and refuses a text with a double key: given one
 * statement at a time, it finds the errors of all of them, and double keys are left to us.
 *
 * @module
 */

/** A stretch of the text that can be parsed by itself. The last one may be only comments. */
export interface Statement {
  readonly start: number;
  readonly end: number;
  /** Where a text begins that has no closing quote. */
  readonly openText: number | null;
  /** The innermost bracket that has no closing one. */
  readonly openBracket: number | null;
  /** The first bracket that is deeper than `deepest`. */
  readonly deeper: number | null;
  /** Commas and dots outside of texts: there are not many more values than these. */
  readonly separators: number;
}

/** Statements of a text, `deepest` brackets inside each other at most. Linear in the text. */
export function* statementsOf(text: string, deepest: number): Generator<Statement> {
  for (let start = 0; start < text.length; ) {
    const statement = readStatement(text, start, deepest);
    yield statement;
    start = statement.end;
  }
}

function readStatement(text: string, start: number, deepest: number): Statement {
  const open: number[] = [];
  let begun = false;
  let header = false;
  let openText: number | null = null;
  let deeper: number | null = null;
  let separators = 0;
  let at = start;
  for (; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === "\n") {
      if (begun && (open.length === 0 || header)) break;
    } else if (sign === "#") {
      at = endOfComment(text, at) - 1;
    } else if (!/\s/.test(sign)) {
      header ||= !begun && sign === "[";
      begun = true;
      if (sign === '"' || sign === "'") {
        const end = endOfText(text, at, sign);
        if (end === null) openText ??= at;
        at = (end ?? endOfLine(text, at)) - 1;
      } else if (sign === "[" || sign === "{") {
        open.push(at);
        if (open.length > deepest) deeper ??= at;
      } else if (sign === "]" || sign === "}") {
        open.pop();
      } else if (sign === "," || sign === ".") {
        separators++;
      }
    }
  }
  const openBracket = open.at(-1) ?? null;
  return { start, end: at, openText, openBracket, deeper, separators };
}

/** The offset after a text's closing quote, or null. */
function endOfText(text: string, start: number, quote: string): number | null {
  const triple = quote.repeat(3);
  const lines = text.startsWith(triple, start);
  const closing = lines ? triple : quote;
  for (let at = start + closing.length; at < text.length; at++) {
    if (!lines && text[at] === "\n") return null;
    if (text.startsWith(closing, at)) {
      // Two more quotes may end the text itself.
      let end = at + closing.length;
      while (lines && text[end] === quote && end < at + 5) end++;
      return end;
    }
    if (quote === '"' && text[at] === "\\" && (lines || text[at + 1] !== "\n")) at++;
  }
  return null;
}

function endOfLine(text: string, start: number): number {
  const end =
    text.startsWith('"""', start) || text.startsWith("'''", start) ? -1 : text.indexOf("\n", start);
  return end === -1 ? text.length : end;
}

function endOfComment(text: string, start: number): number {
  let end = start;
  while (end < text.length && text[end] !== "\n" && text[end] !== "\r") end++;
  return end;
}
