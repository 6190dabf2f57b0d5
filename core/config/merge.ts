/**
 * How one layer of a config is laid over another: objects field by field, `env` by name, every
 * other list as a whole; an empty one clears, also an empty `env`. Works on any values, also on wrong ones, and
 * changes none of them.
 *
 * @module
 */

import { parseReference, printReference, registryHost, registryOf } from "../reference.ts";
import { IMAGE_DEFAULTS } from "./defaults.ts";

/** A map of which nothing is known. */
export type Draft = Readonly<Record<string, unknown>>;

/** `value` if it is a map, else an empty one. */
export function draft(value: unknown): Draft {
  return isMap(value) ? value : {};
}

/** One value in several fields: parts of one do not fit those of another. */
const WHOLE: ReadonlySet<string> = new Set(["apiToken", "username", "password"]);

/** Maps whose one field decides what the others mean, and what it is where it is not written. */
const CHOICES: Readonly<Record<string, { readonly by: string; readonly fallback?: string }>> = {
  history: { by: "strategy", fallback: IMAGE_DEFAULTS.history.strategy },
  log: { by: "driver" },
};

/** What `upper` says, and where it says nothing, what `lower` says. */
export function merge(lower: Draft, upper: Draft): Draft {
  const keys = new Set([...Object.keys(lower), ...Object.keys(upper)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, mergeValue(key, own(lower, key), own(upper, key))]),
  );
}

function mergeValue(key: string, lower: unknown, upper: unknown): unknown {
  if (upper === undefined) return lower;
  if (key === "env" && Array.isArray(lower) && Array.isArray(upper)) {
    // A list of a module may have holes.
    return upper.length === 0 ? upper : byName(Array.from(lower), Array.from(upper));
  }
  if (WHOLE.has(key) || !isMap(lower) || !isMap(upper)) return upper;
  if (changesChoice(key, lower, upper)) return upper;
  return merge(key === "image" ? inheritable(lower, upper) : lower, upper);
}

/** Options of one history strategy say nothing about another. */
function changesChoice(key: string, lower: Draft, upper: Draft): boolean {
  const choice = own(CHOICES, key);
  if (!choice) return false;
  const { by, fallback } = choice;
  const chosen = upper[by];
  const before = lower[by] ?? fallback;
  return chosen !== undefined && before !== undefined && chosen !== before;
}

/** Marks an image that is written as text alone, and so names all that it is. */
const TEXT = Symbol("an image written as text");

/** `image: "nginx"` as the object that it is short for; what is no text stays. */
export function imageObject(image: unknown): unknown {
  return typeof image === "string" ? { repository: image, [TEXT]: true } : image;
}

/**
 * What an image inherits. One that is written as text, or with a tag or a digest in its
 * repository, names all that it is: another's tag and build are not its own. And a login goes to
 * no other registry than its own.
 */
function inheritable(lower: Draft, upper: Draft): Draft {
  const wanted = referenceIn(upper);
  if (!wanted) return lower;
  const { tag, build, buildConfig, registry, ...rest } = lower;
  const whole = TEXT in upper || wanted.tag !== null || wanted.digest !== null;
  const valid = registryOfLogin(lower);
  const own = registryHost(registryOf(printReference(wanted)));
  return {
    ...rest,
    ...(whole ? {} : { tag, build, buildConfig }),
    ...(valid === null || valid === own ? { registry } : {}),
  };
}

/** Where the login of an image is valid. Null: nothing says it, so it is for whatever comes. */
function registryOfLogin(image: Draft): string | null {
  const { server } = draft(image.registry);
  if (typeof server === "string") return registryHost(server);
  const reference = referenceIn(image);
  return reference && registryHost(registryOf(printReference(reference)));
}

function referenceIn({ repository }: Draft) {
  if (typeof repository !== "string") return null;
  const parsed = parseReference(repository);
  return "problem" in parsed ? null : parsed;
}

/**
 * Lower entries in their order, those of the same name replaced; then what is new. Another value
 * of a build argument is still a build argument.
 */
function byName(lower: readonly unknown[], upper: readonly unknown[]): unknown[] {
  const name = (entry: unknown) => draft(entry).name;
  const replacements = new Map(upper.map((entry) => [name(entry), entry]));
  const names = new Set(lower.map(name));
  const kept = lower.map((entry) => {
    const replacement = replacements.get(name(entry));
    if (name(entry) === undefined || replacement === undefined) return entry;
    const { buildArg } = draft(entry);
    return buildArg === undefined || !isMap(replacement)
      ? replacement
      : { buildArg, ...replacement };
  });
  const added = upper.filter((entry) => name(entry) === undefined || !names.has(name(entry)));
  return [...kept, ...added];
}

function isMap(value: unknown): value is Draft {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field that is not inherited from `Object`: names come from the config, `toString` is one too. */
function own<Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
