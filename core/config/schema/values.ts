/**
 * Values, and where they come from: the same for variables, build arguments, secrets, tokens and
 * logins.
 *
 * @module
 */

import { z } from "zod";
import type { EnvEntry, EnvVariable, ValueSource } from "../../target.ts";
import { parseSecretReference } from "../secret-reference.ts";
import type { PassedOn } from "../types.ts";
import { expecting } from "./words.ts";

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** One of two settings decides. */
const exactlyOne = (one: string, other: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    (input as Record<string, unknown> | undefined)?.[one] === undefined
      ? `needs "${one}" or "${other}"`
      : `has both "${one}" and "${other}"`,
});

const from = z
  .strictObject({
    env: z.string().min(1).optional().describe("Name of an environment variable"),
    secret: z
      .string()
      .refine((text) => parseSecretReference(text) !== null, {
        message: `must look like "provider:source:key"`,
      })
      .meta({ id: "secretReference" })
      .optional()
      .describe("A secret, as `provider:source:key`"),
  })
  .refine(
    (value) => (value.env === undefined) !== (value.secret === undefined),
    exactlyOne("env", "secret"),
  )
  .meta({ id: "valueFrom" });

const sourceShape = {
  value: z.string().optional().describe("The value itself; may be empty"),
  from: from.optional().describe("Where the value comes from"),
};

const NAMED = `a map with "name" and "value"`;

type Written = { readonly value?: unknown; readonly from?: unknown };
const valueOrFrom = exactlyOne("value", "from");
const hasOne = (entry: Written) => (entry.value === undefined) !== (entry.from === undefined);

/** `{ value }` or `{ from: { env } }` or `{ from: { secret } }`. */
export const valueSource: z.ZodType<ValueSource, ValueSource> = z
  .strictObject(sourceShape, expecting(`a map with "value" or "from"`))
  .refine(hasOne, valueOrFrom)
  .meta({ id: "valueSource" }) as unknown as z.ZodType<ValueSource, ValueSource>;

const envName = z
  .string()
  .regex(ENV_NAME, "must be letters, digits, underscores, dots and dashes, no digit first")
  .meta({ id: "envName" })
  .describe("The variable's name");

/** An environment variable of the containers. */
export const envVariable: z.ZodType<EnvVariable, EnvVariable> = z
  .strictObject(
    {
      name: envName,
      ...sourceShape,
      buildArg: z.boolean().optional().describe("Make it a build argument too"),
    },
    expecting(NAMED),
  )
  .refine(hasOne, valueOrFrom)
  .meta({ id: "envVariable" }) as unknown as z.ZodType<EnvVariable, EnvVariable>;

/** Something for the build. One that is only a name gets the value of the variable of that name. */
export const passedOn: z.ZodType<EnvEntry, PassedOn> = z
  .strictObject({ name: envName, ...sourceShape }, expecting(NAMED))
  .refine((entry) => entry.value === undefined || entry.from === undefined, valueOrFrom)
  .transform((entry) =>
    entry.value === undefined && entry.from === undefined
      ? { ...entry, from: { env: entry.name } }
      : entry,
  )
  .meta({ id: "passedOn" }) as unknown as z.ZodType<EnvEntry, PassedOn>;
