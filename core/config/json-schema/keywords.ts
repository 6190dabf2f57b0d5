/**
 * Small JSON Schemas that rules are made of.
 *
 * @module
 */

import type { z } from "zod";

/** A JSON Schema. `patternErrorMessage` and the like are of VS Code and the YAML language server. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** `value` is needed at the end of `path`, where that leads somewhere. */
export function at(path: readonly string[], value: JsonSchema | boolean): JsonSchema {
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === "boolean" ? { not: value ? false : {} } : value;
  return { properties: { [key]: rest.length === 0 ? value : at(rest, value) } };
}

/** A map that has `key`, and that is `value`. */
export function has(key: string, value?: JsonSchema): JsonSchema {
  const map: JsonSchema = { type: "object", required: [key] };
  return value === undefined ? map : { ...map, properties: { [key]: value } };
}

/** Whatever has no `key`. */
export function lacks(key: string): JsonSchema {
  return { not: has(key) };
}

/** Text that matches a regular expression somewhere. */
export function matching(pattern: string, patternErrorMessage?: string): JsonSchema {
  const text: JsonSchema = { type: "string", pattern };
  return patternErrorMessage === undefined ? text : { ...text, patternErrorMessage };
}

/** All of them. */
export function both(...all: JsonSchema[]): JsonSchema {
  return { allOf: all };
}

/** Where `when` is true, `needed` is too. Editors show the message where they know no better. */
export function rule(when: JsonSchema, needed: JsonSchema, errorMessage?: string): JsonSchema {
  const then = errorMessage === undefined ? needed : { ...needed, errorMessage };
  return { if: when, then };
}

/** Not two keys at a time. */
export function notBoth(one: string, other: string): JsonSchema {
  return rule(has(one), at([other], false), `Keep "${one}" or "${other}", one of the two`);
}

/** One of two keys, and only one. Not `oneOf`: editors could not say what is wrong. */
export function eitherOr(one: string, other: string): JsonSchema {
  return { anyOf: [{ required: [one] }, { required: [other] }], allOf: [notBoth(one, other)] };
}

/** A schema that stands under `definitions`. */
export function ref(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` };
}
