/**
 * From zod schemas to a JSON Schema of what may be written.
 *
 * Draft 7, because it is what editors have in common: for years the YAML language server read
 * nothing newer, VS Code's JSON service reads newer drafts only in part, Taplo (TOML) is made for
 * draft 4. Tried with versions 1.25, 5.7 and 0.7 of these.
 *
 * @module
 */

import { z } from "zod";
import { SHORT_FORMS } from "../schema/words.ts";
import type { JsonSchema } from "./keywords.ts";

/** The JSON Schema of what `schema` accepts. A schema with an `id` is one of its `definitions`. */
export function toJsonSchema(schema: z.core.$ZodType): JsonSchema {
  const converted = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => complete(jsonSchema, zodSchema),
  });
  // Without what zod hides in it.
  return JSON.parse(JSON.stringify(converted)) as JsonSchema;
}

function complete(json: JsonSchema, schema: z.core.$ZodType): void {
  const meta = z.globalRegistry.get(schema);
  // zod leaves it out where a value is transformed after it was read.
  if (meta && "default" in meta) json.default = meta.default;
  // In draft 7 nothing counts beside a $ref.
  if (json.$ref !== undefined && Object.keys(json).length > 1) {
    json.allOf = [{ $ref: json.$ref }];
    delete json.$ref;
  }
  mergeNull(json);
  const message = messageOf(schema);
  if (json.pattern !== undefined && message !== undefined) json.patternErrorMessage = message;
  // Every key in JSON is a string.
  if (JSON.stringify(json.propertyNames) === `{"type":"string"}`) delete json.propertyNames;
  const short = shortFormOf(schema);
  if (short) Object.assign(json, withShortForm(json, short));
}

/** "This or nothing" as one schema: what is wrong with the one is no question of which is meant. */
function mergeNull(json: JsonSchema): void {
  const [schema, nothing, ...more] = json.anyOf ?? [];
  if (schema?.type === undefined || nothing?.type !== "null" || more.length > 0) return;
  delete json.anyOf;
  Object.assign(json, schema, { type: [...[schema.type].flat(), "null"] });
}

/** What the schema itself says about text that does not match its pattern. */
function messageOf(schema: z.core.$ZodType): string | undefined {
  const { checks = [] } = schema._zod.def as { readonly checks?: readonly z.core.$ZodCheck[] };
  const said = checks.map(({ _zod: { def } }) =>
    def.check === "string_format" ? def.error?.({} as never) : undefined,
  );
  const message = said.find((one) => typeof one === "string");
  return typeof message === "string" ? message.replace(/^must/, "Must") : undefined;
}

/** The schema of the short form of `schema`, which may be a copy with an id. */
function shortFormOf(schema: z.core.$ZodType | undefined): z.ZodType | undefined {
  return schema && (SHORT_FORMS.get(schema) ?? shortFormOf(schema._zod.parent));
}

/** One schema for both: keywords for text say nothing about maps and lists, and the reverse. */
function withShortForm(long: JsonSchema, short: z.ZodType): JsonSchema {
  const { $schema, definitions, $ref, ...text } = toJsonSchema(short);
  const name = $ref?.split("/").at(-1) ?? "";
  const { type, ...keywords } =
    (definitions as Readonly<Record<string, JsonSchema>> | undefined)?.[name] ?? text;
  return { ...keywords, ...long, type: ["string", ...[long.type ?? "object"].flat()] };
}
