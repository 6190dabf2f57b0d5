/**
 * What tables of corrections are made of.
 *
 * @module
 */

import type { Notation } from "../notation.ts";

/** The right value, or advice in words. */
export type Correction = { readonly write: unknown } | { readonly advice: string };

/**
 * What to write instead of a wrong value. Undefined: nothing is known that the rule does not say.
 * Texts of the config are repeated only where they can be no secrets.
 */
export type Correct = (input: unknown, notation: Notation) => Correction | undefined;

/** By kind of setting, as `kindOf` says it. */
export type Corrections = Readonly<Record<string, Correct>>;

/** Whether `value` is text that says something. */
export const isText = (value: unknown): value is string =>
  typeof value === "string" && value.trim() !== "";

/** A text, a number or a flag as text; of anything else, nothing. */
export const asText = (value: unknown): string =>
  ["string", "number", "boolean"].includes(typeof value) ? String(value) : "";

/** Write this value. */
export const write = (value: unknown): Correction => ({ write: value });

/** Do this. */
export const advice = (text: string): Correction => ({ advice: text });

/** A text where a list of texts belongs. */
export const listed: Correct = (input) => (isText(input) ? write([input.trim()]) : undefined);

/** A list of one where one belongs. */
export const alone: Correct = (input) => {
  const [only, ...more] = Array.isArray(input) ? input : [];
  return isText(only) && more.length === 0 ? write(only) : undefined;
};

const TRUE = /^(?:yes|on|true|y|1)$/i;
const FALSE = /^(?:no|off|false|n|0)$/i;

/** What an older YAML takes for true or false. */
export const flag: Correct = (input) => {
  const text = asText(input);
  if (TRUE.test(text)) return write(true);
  return FALSE.test(text) ? write(false) : undefined;
};
