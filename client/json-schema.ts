/**
 * The JSON Schema of a config with the plugins of this computer.
 *
 * @module
 */

import { join } from "node:path";
import { cwd } from "node:process";
import { configJsonSchema, type JsonSchema } from "../core/config/json-schema.ts";
import type { LoadedConfig } from "../core/config/load.ts";
import type { Spelling } from "../core/config/shape.ts";
import { loadPlugins } from "../core/registry.ts";
import { clientPlugins } from "../plugins/builtins.ts";

/**
 * The JSON Schema for a format that spells keys in one way: with the plugins that `loaded` lists,
 * or with the built-in ones alone. No plugin is set up. Throws as {@link loadPlugins} does, and
 * `PLUGIN_INVALID` for a plugin whose options cannot be described.
 */
export async function jsonSchemaOf(
  loaded: LoadedConfig | null,
  spelling: Spelling,
): Promise<JsonSchema> {
  const plugins = await loadPlugins(loaded?.config.plugins ?? [], {
    from: loaded?.file ?? join(cwd(), "haloy.yaml"),
    builtins: clientPlugins,
    locate: loaded?.locate,
  });
  return configJsonSchema({ spelling, plugins });
}
