/**
 * JSON to a tree with places, by the `jsonc-parser` package: plain JSON, without comments and
 * trailing commas.
 *
 * @module
 */

import jsonc from "jsonc-parser";
import { findJsonErrors, maskBrokenJson } from "./json-syntax.ts";
import {
  type Finding,
  MAX_DEPTH,
  type Parsed,
  type Path,
  type Range,
  type Tree,
  type TreeEntry,
  tooDeep,
} from "./tree.ts";

/** Read a text. Never throws: what is wrong is in `findings`. */
export function parseJson(text: string): Parsed {
  const broken = (findings: readonly Finding[]): Parsed => ({
    tree: null,
    findings,
    hidden: maskBrokenJson(text, findings),
  });
  const errors: jsonc.ParseError[] = [];
  let root: jsonc.Node | undefined;
  try {
    root = jsonc.parseTree(text, errors, { disallowComments: true });
  } catch (error) {
    // The library is recursive: thousands of brackets exhaust the stack.
    if (!(error instanceof RangeError)) throw error;
    return broken([tooDeep([], [0, 0])]);
  }
  if (root === undefined || errors.length > 0) return broken(findJsonErrors(text, errors));
  const builder = new TreeBuilder();
  const tree = builder.build(root, [], 0);
  return { tree, findings: builder.findings, hidden: builder.hidden };
}

class TreeBuilder {
  readonly findings: Finding[] = [];
  /** What is left out. */
  readonly hidden: Range[] = [];

  build(node: jsonc.Node, path: Path, depth: number): Tree {
    const range = rangeOf(node);
    if (depth > MAX_DEPTH) {
      this.findings.push(tooDeep(path, range));
      this.hidden.push(range);
      return { kind: "scalar", range, value: null };
    }
    const { type, children = [] } = node;
    if (type === "array") {
      const items = children.map((item, index) => this.build(item, [...path, index], depth + 1));
      return { kind: "list", range, items };
    }
    if (type !== "object") return { kind: "scalar", range, value: node.value };
    const entries = children.flatMap(({ children: [key, value] = [] }): TreeEntry[] => {
      if (key === undefined || value === undefined) return [];
      const inner = this.build(value, [...path, key.value], depth + 1);
      return [{ key: key.value, keyRange: rangeOf(key), value: inner }];
    });
    return { kind: "map", range, entries };
  }
}

function rangeOf({ offset, length }: jsonc.Node): Range {
  return [offset, offset + length];
}
