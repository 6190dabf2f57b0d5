/**
 * `${NAME}` in the values of environment variables: another variable of the same target.
 *
 * @module
 */

/** A variable; `value` is undefined when it is not written in the config. */
export interface Variable {
  readonly name: string;
  readonly value?: string | undefined;
}

/** What a text refers to: `${` a name `}`. */
export const REFERENCE: RegExp = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Names that `value` refers to, in order. */
export function referencesIn(value: string): string[] {
  return [...value.matchAll(REFERENCE)].map(([, name = ""]) => name);
}

/** Values that lead back to themselves: the entry's index and the way, `["A", "B", "A"]`; each circle once. */
export function cycles(entries: readonly Variable[]): { index: number; path: string[] }[] {
  const last = new Map(entries.map(({ name }, index) => [name, index]));
  const done = new Set<number>();
  const found: { index: number; path: string[] }[] = [];
  for (const start of entries.keys()) {
    // A chain of values may be longer than the stack is deep.
    const way = new Set<number>();
    const open: { index: number; rest: number[] }[] = [];
    const enter = (index: number) => {
      way.add(index);
      const names = referencesIn(entries[index]?.value ?? "");
      open.push({ index, rest: names.flatMap((name) => last.get(name) ?? []) });
    };
    if (!done.has(start)) enter(start);
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const next = top.rest.shift();
      if (next === undefined) {
        done.add(top.index);
        open.pop();
        way.delete(top.index);
      } else if (way.has(next)) {
        const steps = [...way];
        const circle = [...steps.slice(steps.indexOf(next)), next];
        found.push({ index: next, path: circle.map((at) => entries[at]?.name ?? "") });
      } else if (!done.has(next)) enter(next);
    }
  }
  return found;
}
