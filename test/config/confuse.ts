/**
 * Configs with values of any type at any place: random, but the same in every run.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { CONFIG_SHAPE } from "../../core/config/config-shape.ts";
import { interpret } from "../../core/config/source.ts";
import { parseYaml } from "../../core/config/yaml.ts";

type Next = (below: number) => number;
type Holder = Record<string | number, unknown>;

/** Keys that are also properties of every object, look like paths, or are no names at all. */
export const NAMES: readonly string[] = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"],
  ...["", "a.b", "a b", "[0]", "0", "-1", "\u0000", "\u202e", "x".repeat(1000), "🚀"],
];

/** Values that text formats can write. */
export const PLAIN: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e300, Number.MAX_VALUE, "", "x", " ", "\u0000", "\n"],
  ...[
    "__proto__",
    "$" + "{A}",
    "a:b:c",
    "/",
    "*",
    "[",
    "x".repeat(3000),
    "https://a.example.com:80/x",
  ],
  ...[[], [[]], [null], {}, { "": {} }, { constructor: 1 }, { toString: 1 }, [1, "a", {}]],
  ...[{ value: {} }, { from: [] }, { name: [] }, [{ name: "A" }, { name: "A" }]],
];

/** Values that only a module can have. */
export const STRANGE: readonly unknown[] = [
  ...[undefined, Number.NaN, Number.POSITIVE_INFINITY, 10n, Symbol("x"), () => 1, class {}],
  ...[
    new Date(),
    new Date(Number.NaN),
    new Map(),
    new Set([1]),
    /x/,
    new Error("x"),
    new Uint8Array(3),
  ],
  ...[Object.create(null), new Proxy({}, {}), Promise.resolve(), Object.freeze(["a"])],
];

const read = async (name: string): Promise<unknown> => {
  const file = new URL(`../fixtures/config/good/${name}`, import.meta.url);
  const { tree } = parseYaml(await readFile(file, "utf8"));
  if (tree === null) throw new Error(`${name} is broken`);
  return interpret(tree, CONFIG_SHAPE, "snake").value;
};
const everything = (await read("everything.yaml")) as Holder;
const targets = (await read("targets.yaml")) as Holder;

/** Valid configs, keys as in the schema: one target, many, and both in one. */
const WHOLE: readonly unknown[] = [
  everything,
  targets,
  { ...everything, ...targets, targets: { ...(targets.targets as Holder), all: everything } },
];

/** A valid config in which one to four places are confused. */
export function confused(next: Next, values: readonly unknown[]): unknown {
  const pick = <Item>(items: readonly Item[]) => items[next(items.length)] as Item;
  const config: { root: unknown } = { root: copy(pick(WHOLE)) };
  for (let times = next(4); times >= 0; times--) {
    const places = placesIn(config);
    const [holder, key] = pick(places);
    const [other, from] = pick(places);
    const value = copy(pick([pick(values), other[from]]));
    const kind = next(5);
    if (kind === 0 && holder !== config) delete holder[key];
    else if (kind === 1) define(holder, pick(NAMES), value);
    else if (kind === 2) define(holder, pick(NAMES), holder[key]);
    else if (kind === 3) holder[key] = [value];
    else holder[key] = value;
  }
  return config.root;
}

/** Every place of a value: what holds it, and under which key. */
function placesIn(holder: Holder): (readonly [Holder, string | number])[] {
  const places: (readonly [Holder, string | number])[] = [];
  const open: unknown[] = [holder];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (!isPlain(one)) continue;
    for (const key of Object.keys(one)) {
      places.push([one, key]);
      open.push(one[key]);
    }
  }
  return places;
}

/** `__proto__` is an own key here. */
function define(holder: Holder, key: string, value: unknown): void {
  // A list with a `constructor` of its own is no list.
  if (Array.isArray(holder)) return;
  Object.defineProperty(holder, key, {
    ...{ value, enumerable: true, writable: true, configurable: true },
  });
}

function copy(value: unknown): unknown {
  if (!isPlain(value)) return value;
  if (Array.isArray(value)) return value.map(copy);
  const copied: Holder = {};
  for (const key of Object.keys(value)) define(copied, key, copy(value[key]));
  return copied;
}

function isPlain(value: unknown): value is Holder {
  if (Array.isArray(value)) return !Object.isFrozen(value);
  return typeof value === "object" && Object.getPrototypeOf(value ?? 0) === Object.prototype;
}

/** A config as TOML on few lines; `null`, which TOML lacks, becomes text. */
export function asToml(config: unknown): string {
  if (!isPlain(config) || Array.isArray(config)) return `value = ${inlineToml(config)}\n`;
  return Object.keys(config)
    .map((key) => `${JSON.stringify(key)} = ${inlineToml(config[key])}\n`)
    .join("");
}

function inlineToml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inlineToml).join(", ")}]`;
  if (isPlain(value)) {
    const fields = Object.keys(value).map(
      (key) => `${JSON.stringify(key)} = ${inlineToml(value[key])}`,
    );
    return `{ ${fields.join(", ")} }`;
  }
  return value === null ? `"null"` : JSON.stringify(value).replace(/^(-?\d+)e/, "$1.0e");
}
