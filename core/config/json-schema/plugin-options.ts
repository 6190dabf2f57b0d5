/**
 * A plugin's options as a part of the config's JSON Schema.
 *
 * @module
 */

import type { z } from "zod";
import { fail, reasonOf } from "../../errors.ts";
import { toJsonSchema } from "./convert.ts";
import { type JsonSchema, ref } from "./keywords.ts";

/** Schemas that others refer to, by name. */
export type Definitions = Readonly<Record<string, JsonSchema>>;

/**
 * The JSON Schema of one of a plugin's schemas. What it refers to is added to `definitions` under
 * names of its own. Throws `PLUGIN_INVALID` where it cannot be written.
 */
export function optionsSchema(
  schema: z.core.$ZodType,
  plugin: string,
  what: string,
  definitions: Record<string, JsonSchema>,
): JsonSchema {
  let text: string;
  try {
    text = JSON.stringify(toJsonSchema(schema));
  } catch (cause) {
    throw fail("PLUGIN_INVALID", {
      message: `Cannot describe plugin "${plugin}": its ${what} cannot be written as JSON Schema: ${reasonOf(cause).replace(/\.$/, "")}`,
      hint: "Tell the plugin's author: options are plain data",
      plugin,
      cause,
    });
  }
  const prefix = `${plugin} ${what}`.replace(/[^a-zA-Z0-9]+/g, "-");
  const own = text
    .replaceAll(`"$ref":"#"`, JSON.stringify(ref(prefix)).slice(1, -1))
    .replaceAll(`"$ref":"#/definitions/`, `"$ref":"#/definitions/${prefix}-`);
  const { $schema, definitions: inner = {}, ...json } = JSON.parse(own) as JsonSchema;
  for (const [name, one] of Object.entries(inner as Definitions)) {
    definitions[`${prefix}-${name}`] = one;
  }
  // It refers to itself.
  if (text.includes(`"$ref":"#"`)) definitions[prefix] = json;
  return json;
}
