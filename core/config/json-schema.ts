/**
 * The JSON Schema of a config, for editors: made from the zod schemas that validate it.
 *
 * It says what can be said about a file without knowing what its targets inherit, and refuses
 * nothing that Haloy accepts.
 *
 * @module
 */

import type { LoadedPlugin } from "../registry.ts";
import { toJsonSchema } from "./json-schema/convert.ts";
import type { JsonSchema } from "./json-schema/keywords.ts";
import { patched } from "./json-schema/patches.ts";
import { type RootSchema, withPlugins } from "./json-schema/plugins.ts";
import { withRules } from "./json-schema/rules.ts";
import { respelled } from "./json-schema/spelling.ts";
import { configSchema } from "./schema/index.ts";
import { type Spelling, spell } from "./shape.ts";

export type { JsonSchema } from "./json-schema/keywords.ts";

/** What a JSON Schema is for. */
export interface JsonSchemaOptions {
  /** How the format spells keys: `snake` for YAML and TOML, `camel` for JSON. */
  readonly spelling: Spelling;
  /** Their options and strategies are known too. */
  readonly plugins: readonly LoadedPlugin[];
}

/**
 * The JSON Schema (draft 7) of a whole config. Throws `PLUGIN_INVALID` when the options of a
 * plugin cannot be described.
 */
export function configJsonSchema({ spelling, plugins }: JsonSchemaOptions): JsonSchema {
  const converted = toJsonSchema(configSchema) as RootSchema;
  const language = withRules(
    shared({ ...converted, definitions: patched(converted.definitions) } as RootSchema),
  );
  const { $schema, properties, definitions, ...rest } = withPlugins(
    respelled(language, spelling) as RootSchema,
    plugins,
    spell("secretProviders", spelling),
  );
  const title = "Haloy configuration";
  return { ...{ $schema, title }, ...rest, ...{ properties, definitions } } as JsonSchema;
}

/** The settings of a target stand in the schema once: what is at the top refers to them. */
function shared(root: RootSchema): JsonSchema {
  const { target } = root.definitions;
  const properties = Object.entries(root.properties ?? {}).map(([key, json]) => {
    const same = JSON.stringify(target?.properties?.[key]) === JSON.stringify(json);
    return [key, same ? { $ref: `#/definitions/target/properties/${key}` } : json];
  });
  return { ...root, properties: Object.fromEntries(properties) };
}
