/**
 * What an unknown key was probably meant to be: a known one in its wrong place, misspelt, or of
 * another tool.
 *
 * @module
 */

import { type Draft, draft } from "../merge.ts";
import { nearest, plain } from "../nearest.ts";
import { ELLIPSIS, type Notation } from "../notation.ts";
import { kindOf } from "../place.ts";
import { homeOf, type Shape, shapeAt } from "../shape.ts";
import type { Path } from "../tree.ts";
import { writing } from "./correct.ts";
import { oursFor } from "./foreign-keys.ts";
import { variableName } from "./values.ts";

/** What to do about an unknown key. */
export interface Meant {
  readonly suggestion?: string;
  /** The setting that is meant, where it is known. */
  readonly path?: Path;
}

interface Unknown {
  readonly key: string;
  /** The map it stands in, and where that is. */
  readonly map: Draft;
  readonly path: Path;
}

/** What an unknown key was meant to be. `root` is the shape of the whole config. */
export function meantBy({ key, map, path }: Unknown, root: Shape, notation: Notation): Meant {
  const shape = shapeAt(root, path);
  const known = keysOf(shape);
  const word = plain(key);
  const ours = oursFor(kindOf(path), word);
  if (ours) return "advice" in ours ? { suggestion: ours.advice } : oneOf(path, ours, notation);
  const same = known.find((name) => plain(name) === word);
  if (same !== undefined) return oneOf(path, [same], notation);
  const home = homeFor(key, path, root);
  if (home) return elsewhere(key, home, notation);

  const variable = variableIn(path, key, notation);
  if (variable) return variable;
  const close = nearest(key, known);
  if (close !== undefined) return oneOf(path, [close], notation);
  if (kindOf(path) === "plugins[]") return pluginOption(key, map, path, notation);
  if (key.startsWith("x-"))
    return { suggestion: "Put the anchor at the setting that has it first" };
  if (path.length === 0 && looksLikeTarget(map[key], shape)) {
    return { suggestion: `If it is a target, write it under "targets"` };
  }
  if (known.length === 0) return { suggestion: "Remove it" };
  return { suggestion: `Known here: ${known.map(notation.key).join(", ")}` };
}

function oneOf(path: Path, keys: readonly string[], notation: Notation): Meant {
  const words = keys.map((key) => `"${notation.key(key)}"`).join(" or ");
  return { suggestion: `Did you mean ${words}?`, path: [...path, keys[0] ?? ""] };
}

interface Home {
  /** Of the map in which the key is known. */
  readonly path: Path;
  readonly key: string;
}

/** The nearest map, inwards or outwards, that knows the key. */
function homeFor(key: string, path: Path, root: Shape): Home | undefined {
  const inwards = homeOf(key, shapeAt(root, path));
  for (let length = path.length - 1; length >= 0; length--) {
    const around = path.slice(0, length);
    const shape = shapeAt(root, around);
    if (inwards && inwards.length - 1 <= path.length - length) break;
    const found = keysOf(shape).find((name) => plain(name) === plain(key));
    if (found) return { path: around, key: found };
  }
  return inwards && { path: [...path, ...inwards.slice(0, -1)], key: inwards.at(-1) ?? key };
}

function elsewhere(written: string, { path, key }: Home, notation: Notation): Meant {
  const place = path.length === 0 ? notation.top : `in "${notation.path(path)}"`;
  const spelt = notation.key(key);
  const name = spelt === written ? "" : `, as "${spelt}"`;
  return { suggestion: `It belongs ${place}${name}`, path: [...path, key] };
}

/** `- DATABASE_URL: …` in a list of variables. */
function variableIn(path: Path, key: string, { item }: Notation): Meant | undefined {
  if (!/^(?:env|image\.buildConfig\.(?:args|secrets))\[\]$/.test(kindOf(path))) return undefined;
  const name = variableName(key);
  if (name !== key) return undefined;
  return { suggestion: writing(item({ name, value: ELLIPSIS })), path: [...path, "name"] };
}

/** `- vault: { … }`, or an option of the plugin beside its name. */
function pluginOption(key: string, { use }: Draft, path: Path, { item }: Notation): Meant {
  if (use !== undefined) return { suggestion: `Options of a plugin belong in "with"` };
  if (!/^[\w@./-]{1,64}$/.test(key)) return { suggestion: "Known here: use, with" };
  return {
    suggestion: writing(item({ use: key, with: { [ELLIPSIS]: ELLIPSIS } })),
    path: [...path, "use"],
  };
}

/** A map with settings of a target, and nothing else. */
function looksLikeTarget(value: unknown, root: Shape): boolean {
  const keys = Object.keys(draft(value)).map(plain);
  const known = keysOf(root).map(plain);
  return keys.length > 0 && keys.every((key) => known.includes(key));
}

/** The keys that are known in a map. `$schema` is for editors: nobody means it who writes something else. */
function keysOf(shape: Shape): string[] {
  if (shape.kind !== "object") return [];
  return [...shape.keys.keys()].filter((name) => !name.startsWith("$"));
}
