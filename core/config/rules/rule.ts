/**
 * What rules between fields are made of. All of them always run, also when other fields are
 * wrong, so they read configs as they are written and trust no type.
 *
 * @module
 */

import { parseReference, type Reference } from "../../reference.ts";
import type { Layered } from "../layers.ts";
import type { Notation } from "../notation.ts";
import type { Finding, Path } from "../tree.ts";

/** A rule about one target, after inheritance. Paths are those of the merged target. */
export type TargetRule = (target: Layered, notation: Notation) => readonly Finding[];

/** `value` as a list, without holes. */
export const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? Array.from(value) : [];

/** Whether `value` is text. */
export const isText = (value: unknown): value is string => typeof value === "string";

/** What a reference writes. Null: it is no reference, which the schema reports. */
export function referenceOf(repository: unknown): Reference | null {
  if (!isText(repository)) return null;
  const parsed = parseReference(repository);
  return "problem" in parsed ? null : parsed;
}

/** Names that are there twice: each with its path. `verb` is what its place does with it. */
export function once(
  names: Iterable<readonly [name: string, path: Path]>,
  suggestion: string,
  verb: "is" | "mounts" = "is",
): Finding[] {
  const seen = new Map<string, Path>();
  const findings: Finding[] = [];
  for (const [name, path] of names) {
    const first = seen.get(name);
    if (first) {
      const because = [{ path: first, message: `${verb} "${name}" first` }];
      findings.push({ path, message: `${verb} "${name}" a second time`, suggestion, because });
    } else seen.set(name, path);
  }
  return findings;
}
