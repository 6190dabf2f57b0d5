/**
 * What rules between fields are made of. All of them always run, also when other fields are
 * wrong, so they read configs as they are written and trust no type.
 *
 * @module
 */

import { parseReference, type Reference } from "../../reference.ts";
import type { Layered } from "../layers.ts";
import { nearest } from "../nearest.ts";
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

/** Words that are looked for, and names that are looked at: both take time. */
const MOST = 100;

/** The {@link nearest} of `names`, for the first words that are asked about. */
export function nearestAmong(names: readonly string[]): (word: string) => string | undefined {
  const some = names.slice(0, MOST);
  let asked = 0;
  return (word) => (asked++ < MOST ? nearest(word, some) : undefined);
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
