/**
 * What loaded plugins add to the config language: their options, and the strategies they offer
 * with the options of those. Their keys stay as the plugin spells them.
 *
 * @module
 */

import type { NamedHook } from "../../hooks.ts";
import type { LoadedPlugin } from "../../registry.ts";
import { at, both, has, type JsonSchema, rule } from "./keywords.ts";
import { type Definitions, optionsSchema } from "./plugin-options.ts";
import { OUR_HISTORY_STRATEGIES } from "./rules.ts";

/** A whole JSON Schema. */
export type RootSchema = JsonSchema & { readonly definitions: Definitions };

/** Strategies that the founding document names. */
const PUSH = ["server", "registry"];

/**
 * `root` with what `plugins` add. `providersKey` is what the format calls `secretProviders`.
 * Throws `PLUGIN_INVALID` for options that cannot be described.
 */
export function withPlugins(
  root: RootSchema,
  plugins: readonly LoadedPlugin[],
  providersKey: string,
): RootSchema {
  const more: Record<string, JsonSchema> = {};
  const { history = {}, plugin = {}, buildConfig = {}, onlyImage = {} } = root.definitions;
  const names = (hook: NamedHook) =>
    plugins.flatMap((one) => Object.keys(one.plugin.strategies?.[hook] ?? {}));
  /** Strategies with their options, without those whose options the language itself defines. */
  const strategies = (hook: NamedHook, known: readonly string[] = []) =>
    plugins.flatMap(({ plugin }) =>
      Object.entries(plugin.strategies?.[hook] ?? {})
        .filter(([name]) => !known.includes(name))
        .map(([name, schema]) => ({
          name,
          options: optionsSchema(schema, plugin.name, `${hook} strategy ${name}`, more),
        })),
    );
  const retain = strategies("retain", OUR_HISTORY_STRATEGIES);
  const entries = entriesOf(
    plugins.map(({ use, plugin }) => ({
      name: use,
      options: optionsSchema(plugin.options, plugin.name, "options", more),
    })),
  );
  const properties = {
    ...root.properties,
    [providersKey]: providers(root.properties?.[providersKey], strategies("resolveSecret")),
  };
  const definitions: Definitions = {
    ...root.definitions,
    buildConfig: suggesting(buildConfig, "push", [...PUSH, ...names("push")]),
    history: {
      ...suggesting(history, "strategy", [...OUR_HISTORY_STRATEGIES, ...names("retain")]),
      // What is missing may be inherited.
      ...(retain.length > 0 ? both(...retain.map((one) => chosen(one, false))) : {}),
    },
    onlyImage: {
      ...onlyImage,
      allOf: [
        ...(onlyImage.allOf ?? []),
        ...retain.map((one) => ({ properties: { history: chosen(one, true) } })),
      ],
    },
    plugin: {
      ...plugin,
      examples: plugins.map(({ use }) => use),
      ...(entries.length > 0 ? both(...entries) : {}),
    },
  };
  return { ...root, properties, definitions: { ...definitions, ...more } };
}

/** A name that the config may choose, with the options of what it means. */
interface Strategy {
  readonly name: string;
  readonly options: JsonSchema;
}

/** The options of a history strategy where it is chosen; all of them, or those that are there. */
function chosen({ name, options }: Strategy, all: boolean): JsonSchema {
  const { properties, required, ...rest } = options;
  return rule(has("strategy", { const: name }), {
    ...rest,
    ...(all && required ? { required } : {}),
    properties: { strategy: true, ...properties },
  });
}

/** Sources of secrets; those of another provider may be anything. */
function providers(json: JsonSchema | boolean | undefined, known: readonly Strategy[]): JsonSchema {
  const schema = json as JsonSchema;
  if (known.length === 0) return schema;
  const properties = known.map(({ name, options }): [string, JsonSchema] => [
    name,
    { description: `Sources of ${name}`, type: "object", additionalProperties: options },
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** A property that suggests `names`, and may be another text. */
function suggesting(json: JsonSchema, key: string, names: readonly string[]): JsonSchema {
  const { type, minLength, ...property } = (json.properties?.[key] ?? {}) as JsonSchema;
  const anyOf: JsonSchema[] = [{ enum: [...new Set(names)] }, { type: "string", minLength: 1 }];
  return { ...json, properties: { ...json.properties, [key]: { ...property, anyOf } } };
}

/** What stands under `plugins` for each plugin; those with the same options are one. */
function entriesOf(plugins: readonly Strategy[]): JsonSchema[] {
  const groups = Map.groupBy(plugins, ({ options }) => JSON.stringify(options));
  return [...groups.values()].flatMap((group) => {
    const use: JsonSchema = { enum: group.map(({ name }) => name) };
    const [first] = group;
    return first ? [rule({ anyOf: [use, has("use", use)] }, optionsOf(first.options))] : [];
  });
}

/** Options that may all be left out may be empty too. */
function optionsOf(options: JsonSchema): JsonSchema {
  if ((options.required ?? []).length > 0) return has("with", options);
  const types = [options.type ?? []].flat();
  const empty: JsonSchema = types.length > 0 ? { type: [...types, "null"] } : {};
  return at(["with"], { ...options, ...empty });
}
