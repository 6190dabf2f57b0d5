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

/** How a table came to be: by `[table]`, on the way to one, by a dotted key, or as `{ … }`. */
type Origin = "header" | "passed" | "dotted" | "inline";

/** Which tables may be continued by what comes later. A complete one would be defined twice. */
const CONTINUED: { readonly [By in Origin]: readonly Origin[] } = {
  header: ["passed"],
  passed: ["header", "passed", "dotted"],
  dotted: ["dotted"],
  inline: [],
};

/** A table that may still grow. */
class Table {
  readonly kind = "map";
  readonly entries: TreeEntry[] = [];
  readonly #first: Map<string, Tree> = new Map();
  range: Range;
  origin: Origin;

  constructor(origin: Origin, range: Range) {
    this.origin = origin;
    this.range = range;
  }

  get(key: string): Tree | undefined {
    return this.#first.get(key);
  }

  add({ key, range }: Step, value: Tree): void {
    this.entries.push({ key, keyRange: range, value });
    if (!this.#first.has(key)) this.#first.set(key, value);
  }
}

/** The tables of one `[[name]]`. */
class TableList {
  readonly kind = "list";
  readonly items: Table[] = [];
  range: Range;

  constructor(range: Range) {
    this.range = range;
  }
}

/** One name of a dotted key. */
interface Step {
  readonly key: string;
  readonly range: Range;
}

interface Place {
  readonly table: Table;
  readonly path: Path;
}

/** A file's tree, built from one statement after the other. */
export class TomlTables {
  readonly findings: Finding[] = [];
  /** What is left out. */
  readonly hidden: Range[] = [];
  readonly #root: Place = { table: new Table("header", [0, 0]), path: [] };
  /** What keys belong to now. Null: a table that is left out. */
  #current: Place | null = this.#root;
  /** Where the statement's text begins in the file. */
  #offset = 0;

  /** Add what a statement says; `offset` is its place in the file. */
  add({ body }: AST.TOMLTopLevelTable, offset: number): void {
    this.#offset = offset;
    for (const node of body) {
      if (node.type === "TOMLTable") this.#current = this.#open(node);
      else if (this.#current) this.#assign(this.#current, node);
      else this.hidden.push(this.#rangeOf(node));
    }
  }

  /** The whole tree. Nothing may be added afterwards. */
  finish(): Tree {
    cover(this.#root.table);
    return this.#root.table;
  }

  #open(node: AST.TOMLTable): Place | null {
    const [start, end] = this.#rangeOf(node);
    const { around, last } = this.#steps(node.key);
    if (around.length >= MAX_DEPTH) {
      this.findings.push(tooDeep([], [start, end]));
      return null;
    }
    const place = around.reduce((at, step) => this.#enter(at, step, "passed", end), this.#root);
    if (node.kind === "standard") return this.#enter(place, last, "header", end);
    const found = place.table.get(last.key);
    const list = found instanceof TableList ? found : new TableList([end, end]);
    if (list !== found) place.table.add(last, list);
    const table = new Table("header", [start, end]);
    list.items.push(table);
    return { table, path: [...place.path, last.key, list.items.length - 1] };
  }

  #assign(place: Place, node: AST.TOMLKeyValue): void {
    const range = this.#rangeOf(node);
    const { around, last } = this.#steps(node.key);
    if (place.path.length + around.length >= MAX_DEPTH) {
      this.findings.push(tooDeep(place.path, range));
      this.hidden.push(range);
      return;
    }
    const { table, path } = around.reduce(
      (at, step) => this.#enter(at, step, "dotted", step.range[1]),
      place,
    );
    table.add(last, this.#value(node.value, [...path, last.key]));
  }

  #enter({ table, path }: Place, step: Step, by: Origin, start: number): Place {
    const inner = [...path, step.key];
    const found = table.get(step.key);
    if (by === "passed" && found instanceof TableList) {
      const last = found.items.at(-1);
      if (last) return { table: last, path: [...inner, found.items.length - 1] };
    }
    if (found instanceof Table && CONTINUED[by].includes(found.origin)) {
      if (by === "header") found.origin = by;
      return { table: found, path: inner };
    }
    const created = new Table(by, [start, start]);
    table.add(step, created);
    return { table: created, path: inner };
  }

  #value(node: AST.TOMLContentNode, path: Path): Tree {
    const range = this.#rangeOf(node);
    if (path.length > MAX_DEPTH) {
      this.findings.push(tooDeep(path, range));
      this.hidden.push(range);
      return { kind: "scalar", range, value: null };
    }
    if (node.type === "TOMLArray") {
      const items = node.elements.map((item, index) => this.#value(item, [...path, index]));
      return { kind: "list", range, items };
    }
    if (node.type === "TOMLInlineTable") {
      const table = new Table("inline", range);
      for (const entry of node.body) this.#assign({ table, path }, entry);
      return table;
    }
    // Dates and times are text in every other format.
    const value = "datetime" in node ? node.datetime : node.value;
    return { kind: "scalar", range, value };
  }

  #steps({ keys }: AST.TOMLKey): { readonly around: Step[]; readonly last: Step } {
    const steps = keys.map((node) => ({
      key: node.type === "TOMLBare" ? node.name : node.value,
      range: this.#rangeOf(node),
    }));
    const last = steps.pop() ?? { key: "", range: [0, 0] };
    return { around: steps, last };
  }

  #rangeOf({ range: [start, end] }: AST.TOMLNode): Range {
    return [start + this.#offset, end + this.#offset];
  }
}

/** Stretch the tables over what is in them. Gives back where the last of it ends. */
function cover(tree: Tree): number {
  if (tree instanceof Table || tree instanceof TableList) {
    const values = tree instanceof Table ? tree.entries.map(({ value }) => value) : tree.items;
    const end = values.reduce((last, value) => Math.max(last, cover(value)), tree.range[1]);
    tree.range = [tree.range[0], end];
  }
  return tree.range[1];
}
