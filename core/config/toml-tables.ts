/**
 * Puts a TOML file's tables together: `[image]`, `[[env]]`, `image.tag = …` and `{ … }` say where
 * in the tree the values stand. What is defined twice becomes two entries of the same key, which
 * is reported where every format's double keys are.
 *
 * @module
 */

import type { AST } from "toml-eslint-parser";
import {
  type Finding,
  MAX_DEPTH,
  type Path,
  type Range,
  type Tree,
  type TreeEntry,
  tooDeep,
} from "./tree.ts";

/** How a table came to be. Inline ones are complete; `implied` ones have only been passed through. */
type Origin = "implied" | "header" | "dotted" | "inline";

/** A table that may still grow. */
class Table {
  readonly kind = "map";
  readonly entries: TreeEntry[] = [];
  readonly #first: Map<string, TreeEntry> = new Map();
  range: Range;
  origin: Origin;

  constructor(origin: Origin, range: Range) {
    this.origin = origin;
    this.range = range;
  }

  get(key: string): Tree | undefined {
    return this.#first.get(key)?.value;
  }

  add<Value extends Tree>(key: string, keyRange: Range, value: Value): Value {
    const entry = { key, keyRange, value };
    this.entries.push(entry);
    if (!this.#first.has(key)) this.#first.set(key, entry);
    return value;
  }
}

/** The tables of `[[…]]`. */
interface TableList {
  readonly kind: "list";
  range: Range;
  readonly items: Table[];
}

/** A table, where it is, and the tables around it. */
interface Place {
  readonly table: Table;
  readonly path: Path;
  readonly around: readonly (Table | TableList)[];
}

/** One name of a dotted key. */
interface Step {
  readonly key: string;
  readonly range: Range;
}
