/**
 * The published JSON Schema in the hands of a validator that is not ours, as an editor has it.
 *
 * @module
 */

import { Ajv, type ErrorObject } from "ajv";
import { jsonSchemaOf } from "../../client/json-schema.ts";
import type { JsonSchema } from "../../core/config/json-schema.ts";
import type { Spelling } from "../../core/config/shape.ts";

/** Keywords of editors: a validator only has to know that they are none of its own. */
const EDITORS = ["markdownDescription", "errorMessage", "patternErrorMessage"];

/** What is wrong with a value; nothing when it is valid. */
export type Check = (value: unknown) => readonly string[];

/** A validator of JSON Schema that refuses what it does not know. */
export function validator(): Ajv {
  // Rules between fields name types and keys that stand beside them.
  const rules = {
    strict: true,
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
  } as const;
  // Formats are a matter of further packages.
  const ajv = new Ajv({ ...rules, validateFormats: false, allErrors: true });
  ajv.addVocabulary(EDITORS);
  return ajv;
}

/** A check by a JSON Schema. */
export function checkBy(schema: JsonSchema): Check {
  const validate = validator().compile(schema);
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(shown));
}

/** A check by the JSON Schema of the built-in plugins. */
export async function checkOf(spelling: Spelling): Promise<Check> {
  return checkBy(await jsonSchemaOf(null, spelling));
}

function shown({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || "/"} ${message} ${JSON.stringify(params)}`;
}
