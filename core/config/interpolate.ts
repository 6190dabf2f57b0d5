/**
 * `${NAME}` in values that are written in the config becomes the value of that variable of the
 * same target. Values that come from the environment or from a source of secrets stay as they are.
 *
 * @module
 */

import { fail, type HaloyError, type Location } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { EnvEntry } from "../target.ts";
import { cycles, REFERENCE, referencesIn } from "./interpolation.ts";
import type { ResolvedValue } from "./resolve-env.ts";

/** The longest value that Linux gives to a process, and the most of all of them (bytes). */
const LONGEST_VALUE = 131_072;
const MOST_OF_ALL = 2 * 1024 * 1024;

/**
 * `resolved` values of `entries` with their references replaced; what contains a secret is one. An
 * unknown name stays as it is written. `locate` says where entry `index` stands.
 *
 * @throws `CONFIG_INVALID` for values that lead back to themselves, with the way, and for one that
 *   gets longer than a process can take, by itself or together with the others.
 */
export function interpolate(
  entries: readonly EnvEntry[],
  resolved: readonly ResolvedValue[],
  locate?: (index: number) => Location | undefined,
): ResolvedValue[] {
  const written = entries.map((entry) => ("value" in entry ? entry.value : undefined));
  refuseCycles(entries, written, locate);
  const last = new Map(entries.map(({ name }, index) => [name, index]));
  const values = resolved.map(({ value }) => value);
  let total = 0;
  for (const index of order(written, last)) {
    const text = written[index] ?? "";
    let secret = false;
    let length = text.length;
    const replaced = text.replace(REFERENCE, (reference, name: string) => {
      const source = last.get(name);
      const value = source === undefined ? undefined : values[source];
      if (value === undefined) return reference;
      secret ||= value instanceof Secret;
      const plain = typeof value === "string" ? value : value.reveal();
      length += plain.length;
      total += plain.length;
      if (length > LONGEST_VALUE || total > MOST_OF_ALL)
        throw tooLong(entries[index]?.name, locate?.(index));
      return plain;
    });
    values[index] = secret ? new Secret(replaced) : replaced;
  }
  return resolved.map(({ name }, index) => ({ name, value: values[index] ?? "" }));
}

/** Entries that refer to others, each after those it refers to. There are no cycles. */
function order(
  written: readonly (string | undefined)[],
  last: ReadonlyMap<string, number>,
): readonly number[] {
  const done = new Set<number>();
  const opened = (index: number) => {
    const names = new Set(referencesIn(written[index] ?? ""));
    return { index, sources: [...names].flatMap((name) => last.get(name) ?? []) };
  };
  for (const start of written.keys()) {
    // A chain of values may be longer than the stack is deep.
    const open = done.has(start) ? [] : [opened(start)];
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const next = top.sources.pop();
      if (next === undefined) {
        done.add(top.index);
        open.pop();
      } else if (!done.has(next)) open.push(opened(next));
    }
  }
  return [...done].filter((index) => referencesIn(written[index] ?? "").length > 0);
}

function tooLong(name: string | undefined, at: Location | undefined): HaloyError {
  return fail("CONFIG_INVALID", {
    message: `Cannot use the variable "${name}": with what it refers to it is longer than a process can take`,
    hint: "Put long values into a file of the image or of a volume",
    at,
  });
}

function refuseCycles(
  entries: readonly EnvEntry[],
  written: readonly (string | undefined)[],
  locate: ((index: number) => Location | undefined) | undefined,
): void {
  const found = cycles(entries.map(({ name }, index) => ({ name, value: written[index] })));
  const [first] = found;
  if (!first) return;
  const at = locate?.(first.index);
  const line = at?.line === undefined ? "" : ` (line ${at.line})`;
  throw fail("CONFIG_INVALID", {
    message: `Cannot interpolate "${entries[first.index]?.name}": it refers to itself: ${first.path.join(" → ")}${line}`,
    hint: "Take one of these references away",
    at,
  });
}
