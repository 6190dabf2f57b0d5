/**
 * What of a text that cannot be parsed must not be shown. Nobody knows what such a text means,
 * so all of it is hidden but the names of settings where a key may stand, and the brackets and
 * commas around values.
 *
 * @module
 */

import { SETTING_NAMES } from "./config-shape.ts";
import type { Finding, Range } from "./tree.ts";

/** Signs that are shown at both ends of what is hidden. */
const EDGES = " \t\r,{}[]";

/**
 * Hide a broken text in which `findings` are shown. `key` finds what may be a key in one line, up
 * to its separator; its groups are the name, or names joined by dots.
 */
export function hideAllBut(text: string, findings: readonly Finding[], key: RegExp): Range[] {
  const hidden: Range[] = [];
  const last = findings.reduce((end, { range }) => Math.max(end, range?.[1] ?? 0), 0);
  let start = 0;
  for (const line of text.split("\n")) {
    // Of what is below the last finding nothing is shown.
    if (start > last) return [...hidden, [start, text.length]];
    let shown = 0;
    const hide = (to: number) => {
      let end = to;
      while (shown < end && EDGES.includes(line.charAt(shown))) shown++;
      while (shown < end && EDGES.includes(line.charAt(end - 1))) end--;
      if (shown < end) hidden.push([start + shown, start + end]);
    };
    for (const match of line.matchAll(key)) {
      const names = match.slice(1).find((group) => group !== undefined) ?? "";
      const known = knownPart(names);
      if (known === 0) continue;
      hide(match.index);
      const whole = known === names.length;
      shown = match.index + (whole ? match[0].length : match[0].indexOf(names) + known);
    }
    hide(line.length);
    start += line.length + 1;
  }
  return hidden;
}

/** Characters of `names` until the first that is no setting's name. */
function knownPart(names: string): number {
  let end = 0;
  let at = 0;
  for (const name of names.split(".")) {
    if (!SETTING_NAMES.has(name.trim())) break;
    at += name.length;
    end = at++;
  }
  return end;
}
