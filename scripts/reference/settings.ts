/**
 * The settings of the config as tables, from its JSON Schema.
 *
 * @module
 */

import type { JsonSchema } from "../../core/config/json-schema.ts";
import { code, table } from "./table.ts";

/** What a schema of its own is called, with a link to where it is described. */
const NAMES: Readonly<Record<string, string>> = {
  image: "[image](#image): text or a map",
  imageReference: "image reference",
  buildConfig: "[map](#build)",
  registry: "[map](#private-registries)",
  history: "[map](#releases-that-are-kept)",
  valueSource: "[value](#values)",
  valueFrom: "[map](#values)",
  secretReference: "secret reference",
  envName: "text",
  envVariable: "[variable](#environment)",
  passedOn: "[argument](#values)",
  domain: "[domain](#domains)",
  hostName: "host name",
  platform: "platform",
  port: "port, 1 to 65535",
  volume: "[volume](#containers)",
  memory: "amount: text or number",
  processors: "number",
  log: "[map](#log)",
  target: "[target](#settings-of-a-target)",
  plugin: "[plugin](#plugins)",
};

/** Other types. */
const WORDS: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  object: "map",
};

type Maps = Readonly<Record<string, JsonSchema>>;

/** Tables of settings; it remembers which were shown. */
export class Settings {
  readonly #root: JsonSchema;
  readonly #shown: Set<string> = new Set();

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** The settings `keys` of a definition, or of the top of the file; all of them without `keys`. */
  table(definition: string, keys: readonly string[] = []): string {
    const properties = this.#propertiesOf(definition);
    const rows = (keys.length > 0 ? keys : Object.keys(properties)).map((key) => {
      const property = properties[key];
      if (!property) throw new Error(`"${definition}" has no "${key}"`);
      this.#shown.add(`${definition}.${key}`);
      const { markdownDescription, description = "" } = property;
      return [
        code(key),
        this.#typeOf(property),
        defaultOf(property),
        String(markdownDescription ?? description),
      ];
    });
    return table(["key", "type", "default", ""], rows);
  }

  /** Settings that no table has shown. */
  missing(): string[] {
    const definitions = Object.keys((this.#root.definitions ?? {}) as Maps);
    return ["file", ...definitions]
      .flatMap((name) => Object.keys(this.#propertiesOf(name)).map((key) => `${name}.${key}`))
      .filter((setting) => !this.#shown.has(setting));
  }

  #propertiesOf(definition: string): Maps {
    const map = definition === "file" ? this.#root : (this.#root.definitions as Maps)[definition];
    if (!map) throw new Error(`there is no "${definition}"`);
    // What the file shares with a target is described there.
    const own = Object.entries((map.properties ?? {}) as Maps).filter(
      ([, { $ref }]) => definition !== "file" || $ref === undefined,
    );
    return Object.fromEntries(own);
  }

  #typeOf(property: JsonSchema): string {
    const { $ref = property.allOf?.[0]?.$ref, anyOf, type, items, additionalProperties } = property;
    if (typeof $ref === "string") return nameOf($ref);
    if (property.enum) return property.enum.map((word) => code(String(word))).join(", ");
    if (anyOf) return "text";
    if (Array.isArray(type)) {
      return type.map((one) => this.#typeOf({ ...property, type: one })).join(", or ");
    }
    if (type === "array") return `list of ${plural(this.#typeOf(items as JsonSchema))}`;
    if (type === "object" && typeof additionalProperties === "object") {
      return `map of ${plural(this.#typeOf(additionalProperties))}`;
    }
    const { minimum, maximum } = property;
    const range = minimum === undefined ? "" : `, ${minimum} to ${maximum}`;
    return type === undefined ? "anything" : `${WORDS[type] ?? type}${range}`;
  }
}

function nameOf(ref: string): string {
  const id = ref.split("/").at(-1) ?? "";
  const name = NAMES[id];
  if (name === undefined) throw new Error(`scripts/reference/settings.ts: "${id}" has no name`);
  return name;
}

function plural(name: string): string {
  if (/^(?:text|anything|map of .*)$/.test(name)) return name.replace(/^map of/, "maps of");
  return name.startsWith("[") ? name.replace("](", "s](") : `${name}s`;
}

function defaultOf({ default: value }: JsonSchema): string {
  if (value === undefined) return "";
  const empty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  if (empty) return "none";
  if (typeof value !== "object") return code(String(value));
  const fields = Object.entries(value as object).map(([key, inner]) => `${key}: ${inner}`);
  return code(`{ ${fields.join(", ")} }`);
}
