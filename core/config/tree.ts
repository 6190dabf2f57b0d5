/**
 * What the reader of a text format gives back: the file's values, each with its place in the
 * text. The same for every format, so that the rest of the config code knows none of them.
 *
 * @module
 */

/** A stretch of the text: offsets in UTF-16 units, the end not included. */
export type Range = readonly [start: number, end: number];

/** A key of a map, and what it leads to. A key may be there twice. */
export interface TreeEntry {
  readonly key: string;
  readonly keyRange: Range;
  readonly value: Tree;
}

/** One value. A value that is written once and used twice is one object used twice. */
export type Tree =
  | { readonly kind: "map"; readonly range: Range; readonly entries: readonly TreeEntry[] }
  | { readonly kind: "list"; readonly range: Range; readonly items: readonly Tree[] }
  | {
      readonly kind: "scalar";
      readonly range: Range;
      readonly value: string | number | boolean | null;
    };

/** Steps from the root to a value: keys of maps, and positions in lists from 0. */
export type Path = readonly (string | number)[];

/** Something wrong in a file, before it is known how to show it. */
export interface Finding {
  readonly path: Path;
  /** In words that follow the path: "must be a list, not a string". */
  readonly message: string;
  readonly suggestion?: string | undefined;
  /** Point at the key instead of its value. */
  readonly target?: "key" | undefined;
  /** There is no value, so whatever else is found at this place is a consequence. */
  readonly conclusive?: boolean | undefined;
  /** Other settings that make it wrong, in words that follow their paths. */
  readonly because?: readonly { readonly path: Path; readonly message: string }[] | undefined;
  /** Where it is, when the path does not say it. */
  readonly range?: Range | undefined;
}

/** What the reader of a text format found. */
export interface Parsed {
  /** Null: the text does not follow the format's grammar, and `findings` says where. */
  readonly tree: Tree | null;
  readonly findings: readonly Finding[];
  /** What is not in the tree and must not be shown, because it may be a secret. */
  readonly hidden: readonly Range[];
}

/** Maps and lists inside each other. No sensible config comes near. */
export const MAX_DEPTH = 64;
/** Values in one config, aliases expanded. */
export const MAX_VALUES = 50_000;
/** Mistakes that are looked for in reading. A text with more is not a config with mistakes. */
export const MAX_ERRORS = 500;

/** What is said of a value below {@link MAX_DEPTH}. */
export function tooDeep(path: Path, range: Range): Finding {
  return { path, message: `is nested more than ${MAX_DEPTH} deep`, range, conclusive: true };
}

/** What is said of the value after the last of {@link MAX_VALUES}. */
export function tooMany(range: Range): Finding {
  return { path: [], message: `has more than ${MAX_VALUES} values`, range };
}
