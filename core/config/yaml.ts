/**
 * YAML 1.2 to a tree with places, by the `yaml` package. Merge keys and aliases are handled
 * here: with places, without expanding anything, and in time linear in the text.
 *
 * @module
 */

import { isAlias, isMap, isScalar, isSeq, type Pair, parseDocument } from "yaml";
import type { Finding, Parsed, Path, Range, Tree, TreeEntry } from "./tree.ts";
import { MAX_DEPTH, MAX_VALUES, tooDeep } from "./tree.ts";
import { maskBroken, syntaxFindings } from "./yaml-syntax.ts";

/** Read a text. Never throws: what is wrong is in `findings`. */
export function parseYaml(text: string): Parsed {
  const broken = (findings: Finding[]): Parsed => ({
    tree: null,
    findings,
    hidden: maskBroken(text),
  });
  let document: ReturnType<typeof parseDocument>;
  try {
    // Double keys are found later: the library compares every key with every other one.
    document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: "error" });
    if (document.errors.length > 0) return broken(syntaxFindings(document));
  } catch (error) {
    // The library is recursive: thousands of brackets exhaust the stack.
    if (!(error instanceof RangeError)) throw error;
    return broken([tooDeep([], [0, 0])]);
  }
  const builder = new TreeBuilder();
  const tree = builder.build(document.contents, [], 0);
  for (const { pos } of document.warnings) {
    builder.findings.push({
      path: [],
      message: "has a YAML tag or directive that means nothing here",
      suggestion: "Remove it",
      range: [pos[0], pos[1]],
    });
  }
  return { tree, findings: builder.findings, hidden: builder.hidden };
}

/** What an anchor names. Open: the alias stands inside of what it names. */
type Anchored = Tree | "open";

class TreeBuilder {
  readonly findings: Finding[] = [];
  /** What is left out. */
  readonly hidden: Range[] = [];
  readonly #anchors: Map<string, Anchored> = new Map();
  #merged = 0;

  build(node: unknown, path: Path, depth: number, fallback: Range = [0, 0]): Tree {
    const range = rangeOf(node) ?? fallback;
    const nothing: Tree = { kind: "scalar", range, value: null };
    if (depth > MAX_DEPTH) {
      this.findings.push(tooDeep(path, range));
      this.hidden.push(range);
      return nothing;
    }
    if (isAlias(node)) return this.#alias(node.source, path, range);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, "open");
    const tree = this.#value(node, path, depth, range) ?? nothing;
    if (anchor !== undefined) this.#anchors.set(anchor, tree);
    return tree;
  }

  #value(node: unknown, path: Path, depth: number, range: Range): Tree | undefined {
    if (isMap(node)) return this.#map(node.items, path, depth, range);
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        this.build(item, [...path, index], depth + 1, range),
      );
      return { kind: "list", range, items };
    }
    if (!isScalar(node)) return undefined;
    const { value } = node;
    const plain = typeof value === "string" || typeof value === "number";
    if (plain || typeof value === "boolean" || value === null) {
      return { kind: "scalar", range, value };
    }
    return { kind: "scalar", range, value: node.source ?? String(value) };
  }

  #map(pairs: readonly Pair[], path: Path, depth: number, range: Range): Tree {
    const entries: TreeEntry[] = [];
    const merged: TreeEntry[] = [];
    for (const { key: keyNode, value } of pairs) {
      const keyRange = rangeOf(keyNode) ?? range;
      const key = keyText(keyNode);
      if (key === null) {
        this.#report(path, "has a key that is not plain text", keyRange);
        this.hidden.push([keyRange[0], rangeOf(value)?.[1] ?? keyRange[1]]);
        continue;
      }
      const inner = this.build(value, [...path, key], depth + 1, [keyRange[1], keyRange[1]]);
      if (key === "<<" && isScalar(keyNode) && keyNode.type === "PLAIN") {
        merged.push(...this.#mergeable(inner, [...path, key]));
      } else {
        entries.push({ key, keyRange, value: inner });
      }
    }
    // What is written in the map itself wins, and of merged maps the first.
    const written = new Set(entries.map(({ key }) => key));
    for (const entry of merged) {
      if (!written.has(entry.key)) entries.push(entry);
      written.add(entry.key);
    }
    return { kind: "map", range, entries };
  }

  #mergeable(tree: Tree, path: Path): readonly TreeEntry[] {
    const maps = tree.kind === "list" ? tree.items : [tree];
    const entries = maps.flatMap((map) => {
      if (map.kind === "map") return map.entries;
      this.#report(path, "must be a map, or a list of maps", map.range);
      this.hidden.push(map.range);
      return [];
    });
    this.#merged += entries.length;
    if (this.#merged <= MAX_VALUES) return entries;
    this.#report(path, `merges more than ${MAX_VALUES} values`, tree.range);
    return [];
  }

  #alias(name: string, path: Path, range: Range): Tree {
    const found = this.#anchors.get(name);
    if (found !== undefined && found !== "open") return found;
    this.findings.push(
      found === "open"
        ? { path, range, conclusive: true, message: "contains itself" }
        : {
            ...{ path, range, conclusive: true },
            message: "is an alias of an anchor that is not there",
            suggestion: "Put text that begins with * in quotes",
          },
    );
    return { kind: "scalar", range, value: null };
  }

  #report(path: Path, message: string, range: Range): void {
    this.findings.push({ path, message, range });
  }
}

function rangeOf(node: unknown): Range | undefined {
  const { range } = (node ?? {}) as { range?: readonly number[] | null };
  return range ? [range[0] ?? 0, range[1] ?? 0] : undefined;
}

/** A key as it is written. Null: a map or a list as a key. */
function keyText(node: unknown): string | null {
  if (!isScalar(node)) return null;
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}
