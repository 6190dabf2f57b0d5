/**
 * A JSON Schema with keys in camelCase as one for a format that spells them differently.
 *
 * @module
 */

import { SETTING_NAMES } from "../config-shape.ts";
import { type Spelling, spell } from "../shape.ts";
import type { JsonSchema } from "./keywords.ts";

/** Keywords whose values are schemas by name. */
const MAPS: ReadonlySet<string> = new Set(["properties", "patternProperties", "definitions"]);
/** Keywords whose values are data of the config. */
const DATA: ReadonlySet<string> = new Set(["default", "const", "enum", "examples"]);
/** Keywords with text in which settings are named. */
const TEXTS: ReadonlySet<string> = new Set(["description", "errorMessage", "patternErrorMessage"]);

/** `schema` for keys as `spelling` writes them, also in what it says about them. */
export function respelled(schema: JsonSchema, spelling: Spelling): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
      if (TEXTS.has(keyword)) return said(keyword, inWords(String(value), spelling));
      if (keyword === "$ref") return [[keyword, respelledPath(String(value), spelling)]];
      if (keyword === "required") {
        return [[keyword, (value as string[]).map((key) => spell(key, spelling))]];
      }
      if (MAPS.has(keyword)) {
        const entries = Object.entries(value as Record<string, unknown>).map(([key, inner]) => [
          keyword === "properties" ? spell(key, spelling) : key,
          within(inner, spelling),
        ]);
        return [[keyword, Object.fromEntries(entries)]];
      }
      return [[keyword, DATA.has(keyword) ? value : within(value, spelling)]];
    }),
  );
}

function within(value: unknown, spelling: Spelling): unknown {
  if (Array.isArray(value)) return value.map((item) => within(item, spelling));
  if (typeof value !== "object" || value === null) return value;
  return respelled(value as JsonSchema, spelling);
}

function respelledPath(pointer: string, spelling: Spelling): string {
  return pointer.replace(/(?<=\/properties\/)[^/]+/g, (key) => spell(key, spelling));
}

/** A text, and once more for editors that read Markdown. */
function said(keyword: string, text: string): [string, unknown][] {
  if (keyword !== "description" || !text.includes("`")) return [[keyword, text]];
  return [
    [keyword, text.replaceAll("`", '"')],
    ["markdownDescription", text],
  ];
}

/** `image_key` in a text is the name of a setting, and `if_missing` is not. */
function inWords(text: string, spelling: Spelling): string {
  return text.replace(/[a-z]+(?:_[a-z]+)+|[a-z]+(?:[A-Z][a-z]+)+/g, (word) => {
    if (!SETTING_NAMES.has(word)) return word;
    const camel = word.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return spell(camel, spelling);
  });
}
