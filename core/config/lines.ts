/**
 * Lines of a text: where an offset is, and how a place is shown with a caret under it.
 *
 * @module
 */

import { MASK } from "./masking.ts";
import type { Range } from "./tree.ts";

/** Characters of a line that are shown. */
const WIDTH = 100;
/** Characters shown before the place, in a line too long to show whole. */
const BEFORE = 60;
/** Control characters, and those that change the direction of writing: they could fool a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** `text` as it may be printed: no control characters, not longer than `longest`. */
export function printable(text: string, longest: number = 60): string {
  const clipped = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return clipped.replace(UNSAFE, (unsafe) => (unsafe === "\t" ? " " : "\u00b7"));
}

/** A text cut into lines. */
export class Lines {
  readonly text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.text = text;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
      this.#starts.push(at + 1);
    }
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  /**
   * The line before `place`, its own line, and carets under it. What is in `hidden` shows as
   * `***`, also its length; comments are left out, because old secrets stand there. Empty when
   * there is nothing to show.
   */
  excerpt(place: Range, hidden: readonly Range[]): string {
    const { line } = this.position(place[0]);
    const gutter = String(line).length + 2;
    const row = (number: number | "", text: string) =>
      `${String(number).padStart(gutter)} | ${text}`.trimEnd();
    const before = line > 1 ? this.#draw(line - 1, hidden).text : "";
    const own = this.#draw(line, hidden, place);
    if (own.text.trim() === "") return "";
    const carets = " ".repeat(own.from) + "^".repeat(Math.max(1, own.to - own.from));
    const rows = [row(line, own.text), row("", carets)];
    return (before.trim() === "" ? rows : [row(line - 1, before), ...rows]).join("\n");
  }

  /** One line as it is shown, and the columns of `mark` in it. */
  #draw(line: number, hidden: readonly Range[], mark?: Range) {
    const start = this.#starts[line - 1] ?? 0;
    const next = this.#starts[line] ?? this.text.length + 1;
    const lineEnd = Math.max(start, next - 1);
    const first = mark && lineEnd - start > WIDTH ? Math.max(start, mark[0] - BEFORE) : start;
    const end = Math.min(lineEnd, first + WIDTH);
    const masks = hidden
      .filter(([from, to]) => from < end && to > first && to > from)
      .sort(([a], [b]) => a - b);
    const last = this.#comment(mark ? Math.min(mark[1], end) : start, start, end, masks);

    let text = first > start ? "…" : "";
    let columns = { from: 0, to: 0 };
    const place = mark && ([mark[0], Math.min(mark[1], last)] as const);
    const append = (from: number, to: number, shown: string, exact: boolean) => {
      if (place && place[0] >= from && place[0] <= to) {
        const begin = text.length + (exact ? place[0] - from : 0);
        columns = { from: begin, to: begin };
      }
      if (place && place[1] > from && place[0] < to) {
        columns.to = text.length + (exact ? Math.min(place[1], to) - from : shown.length);
      }
      text += shown;
    };
    let at = first;
    for (const [from, to] of masks) {
      if (from >= last) break;
      if (from > at) append(at, from, printable(this.text.slice(at, from), WIDTH), true);
      if (to <= at) continue;
      append(Math.max(at, from), Math.min(to, lineEnd), MASK, false);
      at = Math.min(to, lineEnd);
    }
    if (at <= last) append(at, last, printable(this.text.slice(at, last), WIDTH), true);
    return { text: last === end && end < lineEnd ? `${text}…` : text, ...columns };
  }

  /** Where a comment begins, at `from` or after it, or the line's end. */
  #comment(from: number, start: number, end: number, masks: readonly Range[]): number {
    for (let at = from; at < end; at++) {
      if (this.text[at] !== "#" || (at > start && !/\s/.test(this.text[at - 1] ?? ""))) continue;
      if (!masks.some(([begin, stop]) => at >= begin && at < stop)) return at;
    }
    return end;
  }
}
