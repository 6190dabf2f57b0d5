/**
 * Globs for image tags: `*`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, and `\` before a sign that stands for
 * itself. Takes time in proportion to both texts, whatever they are: a glob of a config must not
 * be able to stop a program.
 *
 * @module
 */

/** One place of a glob: any text, or one character. */
type Part = "any" | ((character: string) => boolean);

/** A glob that can be used. */
export interface Glob {
  matches(text: string): boolean;
}

/** Longer ones are none. */
const LONGEST = 256;
/** What `{a,b}` may multiply to. */
const MOST = 64;
/** What tags are made of. */
const TAG_SIGN = /^[\w.-]$/;

/** The glob that `text` writes, or why it can be none for a tag. */
export function parseGlob(text: string): Glob | { readonly problem: string } {
  if (text.length > LONGEST) return { problem: `must have at most ${LONGEST} characters` };
  const branches = expand(text);
  if (branches === null) return { problem: `has a "{" or "}" without the other` };
  if (branches.length > MOST) return { problem: "stands for too many patterns" };
  const globs: Part[][] = [];
  for (const branch of branches) {
    const parts = partsOf(branch);
    if ("problem" in parts) return parts;
    globs.push(parts);
  }
  return { matches: (tag) => globs.some((parts) => matches(parts, tag)) };
}

/** Alternatives of the braces, each without braces. Null: one has no partner. */
function expand(text: string): string[] | null {
  let open = -1;
  let depth = 0;
  const cuts: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "\\") at++;
    else if (sign === "{" && depth++ === 0) open = at;
    else if (sign === "," && depth === 1) cuts.push(at);
    else if (sign === "}" && --depth < 0) return null;
    else if (sign === "}" && depth === 0) {
      const ends = [...cuts, at];
      const starts = [open, ...cuts];
      const rest = text.slice(at + 1);
      const found: string[] = [];
      for (const [index, end] of ends.entries()) {
        const inner = text.slice((starts[index] ?? 0) + 1, end);
        const more = expand(`${text.slice(0, open)}${inner}${rest}`);
        if (more === null) return null;
        found.push(...more);
        if (found.length > MOST) return found;
      }
      return found;
    }
  }
  return depth === 0 ? [text] : null;
}

function partsOf(text: string): Part[] | { readonly problem: string } {
  const parts: Part[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (sign === "*") parts.push("any");
    else if (sign === "?") parts.push(() => true);
    else if (sign === "[") {
      const end = text.indexOf("]", at + 2);
      if (end === -1) return { problem: `has a "[" without its "]"` };
      parts.push(oneOf(text.slice(at + 1, end)));
      at = end;
    } else {
      const literal = sign === "\\" ? (text[++at] ?? "\\") : sign;
      if (!TAG_SIGN.test(literal)) return { problem: `has "${literal}", which no tag has` };
      parts.push((character) => character === literal);
    }
  }
  return parts;
}

/** `a-z0`, or all but these after `!`. */
function oneOf(text: string): (character: string) => boolean {
  const not = /^[!^]/.test(text);
  const ranges = (not ? text.slice(1) : text).match(/.-.|./gs) ?? [];
  return (character) => {
    const inside = ranges.some((range) => {
      const [from = "", , to = from] = range;
      return character >= from && character <= to;
    });
    return inside !== not;
  };
}

function matches(parts: readonly Part[], text: string): boolean {
  // reached[n]: the text so far is matched by the first n parts.
  let reached = [
    true,
    ...parts.map((_, index) => parts.slice(0, index + 1).every((part) => part === "any")),
  ];
  for (const character of text) {
    const next = [false];
    for (const [index, part] of parts.entries()) {
      const before = reached[index] ?? false;
      next.push(
        part === "any"
          ? (reached[index + 1] ?? false) || (next[index] ?? false)
          : before && part(character),
      );
    }
    reached = next;
  }
  return reached.at(-1) ?? false;
}
