/**
 * A config as it was read, before it is checked: values under the schema's keys, and for every
 * value its place in the file and the way its path is written there.
 *
 * @module
 */

import { MASK, SENSITIVE_BLOCK, SENSITIVE_KEY } from "./masking.ts";
import { type Shape, type Spelling, spell, stepInto } from "./shape.ts";
import { type Finding, MAX_ERRORS, MAX_VALUES, type Path, type Range, type Tree } from "./tree.ts";

/** Where one value stands. */
export interface Place {
  /** Its key, when it has one. */
  readonly key: Range | null;
  readonly value: Range;
  readonly scalar: boolean;
  /** The path as the file writes it. */
  readonly written: Path;
}

/** A config, read but not checked. */
export interface Source {
  /** Absolute path. */
  readonly file: string;
  /** The file's name in messages. */
  readonly shown: string;
  /** Null: not a text of ours, so nothing has a line. */
  readonly text: string | null;
  readonly spelling: Spelling;
  /** The config, keys as in the schema. */
  readonly value: unknown;
  readonly places: ReadonlyMap<string, Place>;
  /** What must never be shown. */
  readonly hidden: readonly Range[];
  /** What was wrong already. */
  readonly findings: readonly Finding[];
}

/** The key of a path in {@link Source.places}. */
export function placeKey(path: Path): string {
  return JSON.stringify(path);
}

/** A tree with the schema's keys. */
export interface Interpreted extends Pick<Source, "value" | "places" | "hidden" | "findings"> {
  /** Where the first value stands that was not read, because there are too many; or infinity. */
  readonly unread: number;
}

/** Give a tree the schema's keys. */
export function interpret(tree: Tree, shape: Shape, spelling: Spelling): Interpreted {
  const interpreter = new Interpreter(spelling);
  // A file that is only a text, or a list of them, is no config: perhaps it is somebody's secret.
  const only = tree.kind === "list" ? tree.items : [tree];
  const hide = only.every(({ kind }) => kind === "scalar");
  const at = { path: [], written: [], key: null, hide };
  const value = interpreter.read(tree, shape, at);
  return { value, ...interpreter };
}

/** In `{ value "…" }` the colon is missing, and the secret became a key. */
function looksLikeKey(key: string, { kind, range }: Tree): boolean {
  const empty = kind === "scalar" && range[0] === range[1];
  return !empty && /^[A-Za-z_][\w-]{0,40}$/.test(key);
}

interface At {
  readonly path: Path;
  readonly written: Path;
  readonly key: Range | null;
  readonly hide: boolean;
}

class Interpreter {
  readonly places: Map<string, Place> = new Map();
  readonly hidden: Range[] = [];
  readonly findings: Finding[] = [];
  readonly #spelling: Spelling;
  unread: number = Number.POSITIVE_INFINITY;

  constructor(spelling: Spelling) {
    this.#spelling = spelling;
  }

  read(tree: Tree, shape: Shape, at: At): unknown {
    if (this.places.size >= MAX_VALUES) {
      this.unread = Math.min(this.unread, tree.range[0]);
      return undefined;
    }
    const { path, written, key, hide } = at;
    const scalar = tree.kind === "scalar";
    this.places.set(placeKey(path), { key, value: tree.range, scalar, written });
    if (tree.kind === "scalar") {
      if (hide && tree.value !== null) this.hidden.push(tree.range);
      return tree.value;
    }
    if (tree.kind === "map") return this.#map(tree, shape, at);
    return tree.items.map((item, index) => {
      const inner = { path: [...path, index], written: [...written, index], key: null, hide };
      return this.read(item, stepInto(shape, index), inner);
    });
  }

  #map(tree: Tree & { kind: "map" }, shape: Shape, at: At): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const known = new Map<string, string>();
    const spelt = new Set(tree.entries.map((entry) => entry.key));
    const seen = new Set<string>();
    if (shape.kind === "object") {
      for (const key of shape.keys.keys()) {
        known.set(key, key);
        known.set(spell(key, this.#spelling), key);
      }
    }
    for (const { key: written, keyRange, value } of tree.entries) {
      const key = known.get(written) ?? written;
      const hideKey = at.hide && !known.has(written) && !looksLikeKey(written, value);
      if (hideKey) this.hidden.push(keyRange);
      const path = [...at.written, hideKey ? MASK : written];
      const right = spell(key, this.#spelling);
      const hide =
        !isFlag(value) &&
        (at.hide
          ? !(known.has(written) && isName(key, value))
          : hides(shape, known.has(written), key));
      const refuse = (message: string, suggestion?: string, because?: Finding["because"]) => {
        if (this.findings.length < MAX_ERRORS) {
          this.findings.push({ path, message, suggestion, because, range: keyRange });
        }
        // What is left out may be a line of a text that was indented wrongly.
        const number = value.kind === "scalar" && typeof value.value === "number";
        if (at.hide || hide || !(number || isFlag(value))) this.hidden.push(value.range);
      };
      const first = [{ path: [...at.path, key], message: "is the first one" }];
      if (key === "__proto__") {
        refuse("cannot be a key");
      } else if (seen.has(written)) {
        refuse("is there twice", "Keep one of the two", first);
      } else if (known.has(written) && written !== right && spelt.has(right)) {
        refuse(`is "${right}" in another spelling`, "Keep one of the two");
      } else {
        if (known.has(written) && written !== right) {
          const suggestion = `Write "${right}"`;
          const message = "is spelt differently here";
          this.findings.push({ path, message, suggestion, range: keyRange });
        }
        const inner = { path: [...at.path, key], written: path, key: keyRange, hide };
        object[key] = this.read(value, stepInto(shape, key), inner);
      }
      seen.add(written);
    }
    return object;
  }
}

/** Whether what stands under a key must not be shown: by its place, by its name, or as unknown. */
function hides(shape: Shape, known: boolean, key: string): boolean {
  if (known) return SENSITIVE_BLOCK.has(key);
  if (shape.kind === "object" && !shape.open) return true;
  // Names of targets and images say nothing about what is in them: "auth" may be one.
  if (shape.kind === "record" && shape.item.kind === "object") return false;
  return SENSITIVE_BLOCK.has(key) || SENSITIVE_KEY.test(key);
}

/** What is shown even among secrets: the name of an entry, unless it looks like something else. */
function isName(key: string, value: Tree): boolean {
  return key === "name" && value.kind === "scalar" && /^[\w.-]{1,64}$/.test(String(value.value));
}

/** Neither true nor false is a secret. */
function isFlag(value: Tree): boolean {
  return value.kind === "scalar" && typeof value.value === "boolean";
}
