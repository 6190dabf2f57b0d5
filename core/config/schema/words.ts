/**
 * Small schemas that others are made of.
 *
 * @module
 */

import { z } from "zod";
import { isPromise, mustBe, UNAWAITED } from "../expected.ts";

/** Text that says something. */
export const text: z.ZodString = z.string().min(1);

/** Commands for the shell. */
export const commands: z.ZodArray<z.ZodString> = z.array(text);

/**
 * What may be left out, and what is meant then. The default is only noted, for the reference and
 * for editors: it is filled in after inheritance, by `resolve.ts`.
 */
export function withDefault<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.ZodOptional<Schema> {
  return schema.optional().meta({ default: value });
}

/** Say what is expected where a shorthand makes it more than one type. */
export function expecting(expected: string): { error: z.core.$ZodErrorMap } {
  return {
    error: ({ code, input }) =>
      code === "invalid_type" && input !== undefined ? mustBe(expected, input) : undefined,
  };
}

/** `schema` for what `prepare` makes of the input. Waits for nothing, whatever a module exports. */
export function prepared<Schema extends z.ZodType>(
  prepare: (value: unknown) => unknown,
  schema: Schema,
): z.ZodPreprocess<Schema> {
  return z.preprocess((value) => (isPromise(value) ? UNAWAITED : prepare(value)), schema);
}

/** Schemas that have a short form, with the schema of the short form. */
export const SHORT_FORMS: WeakMap<z.core.$ZodType, z.ZodType> = new WeakMap();

/**
 * `long`, or text that stands for it. Not a union: its errors would be about both sides at once.
 * `long` should say what it is {@link expecting}.
 */
export function orShort<Long extends z.ZodType, Short extends z.ZodType<string, string>>(
  long: Long,
  short: Short,
  expand: (short: string) => unknown,
): z.ZodType<z.output<Long>, z.input<Long> | string> {
  const schema = prepared((value) => (typeof value === "string" ? expand(value) : value), long);
  SHORT_FORMS.set(schema, short);
  return schema as unknown as z.ZodType<z.output<Long>, z.input<Long> | string>;
}
