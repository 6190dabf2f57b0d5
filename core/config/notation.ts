/**
 * How settings are written in a config's own format, for messages that say what to write.
 *
 * @module
 */

import { extname } from "node:path";
import { printable } from "./lines.ts";
import { spell } from "./shape.ts";
import type { Source } from "./source.ts";
import type { Path } from "./tree.ts";

/** Stands for what only the author knows. */
export const ELLIPSIS = "…";

/** Writes settings. Keys are given as in the schema, and spelt as in the file. */
export interface Notation {
  /** Where the settings of the whole file stand. */
  readonly top: string;
  /** `buildConfig` is `build_config` in YAML. */
  key(name: string): string;
  /** Keys with dots between them. */
  path(path: Path): string;
  /** A setting with its value, on one line or several. */
  setting(name: string, value: unknown): string;
  /** An item of a list. */
  item(value: unknown): string;
}

/** The notation of a source's format. */
export function notationOf({ file, spelling }: Pick<Source, "file" | "spelling">): Notation {
  const key = (name: string) => spell(name, spelling);
  const path = (path: Path) =>
    printPath(path.map((step) => (typeof step === "string" ? key(step) : step)));
  const top = "at the top of the file";
  const extension = extname(file);
  if (extension === ".toml") {
    return { top: `${top}, before the first [table]`, key, path, ...inline(TOML, key) };
  }
  if (extension === ".json") return { top, key, path, ...inline(JSON_SIGNS, key) };
  return { top, key, path, ...(spelling === "snake" ? block(key) : inline(SCRIPT, key)) };
}

/** A path as people write it: `env[0].value`. What is no plain word is in quotes. */
export function printPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const key = /^[\w*-]+$/.test(step) ? printable(step) : `"${printable(step)}"`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

type Spell = (name: string) => string;
type Writers = Pick<Notation, "setting" | "item">;

interface Signs {
  /** Between a key and its value. */
  readonly is: string;
  readonly key: (key: string) => string;
  readonly text: (text: string) => string;
}

const quoted = (text: string) => JSON.stringify(text);
const TOML: Signs = {
  is: " = ",
  key: (key) => (/^[\w-]+$/.test(key) ? key : quoted(key)),
  text: quoted,
};
const JSON_SIGNS: Signs = { is: ": ", key: quoted, text: quoted };
const SCRIPT: Signs = {
  is: ": ",
  key: (key) => (/^[A-Za-z_]\w*$/.test(key) ? key : quoted(key)),
  text: quoted,
};
const YAML: Signs = {
  is: ": ",
  key: (key) => (/^[\w.-]+$/.test(key) ? key : quoted(key)),
  text: (text) => (PLAIN.test(text) && !WORD.test(text) ? text : quoted(text)),
};

/** Text that YAML reads as text without quotes, anywhere. */
const PLAIN = /^(?:…|(?:\.\.?\/)?[A-Za-z/][\w./-]*(?::[\w./-]+)*)$/;
/** Words that YAML, or an older YAML, reads as something else. */
const WORD = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** Everything on one line. */
function inline(signs: Signs, spell: Spell): Writers {
  const item = (value: unknown) => flow(value, signs, spell);
  return { item, setting: (name, value) => `${signs.key(spell(name))}${signs.is}${item(value)}` };
}

function flow(value: unknown, signs: Signs, spell: Spell): string {
  if (typeof value === "string") return signs.text(value);
  if (Array.isArray(value)) {
    return `[${value.map((item) => flow(item, signs, spell)).join(", ")}]`;
  }
  if (typeof value !== "object" || value === null) return String(value);
  const fields = Object.entries(value).map(([key, inner]) =>
    key === ELLIPSIS ? key : `${signs.key(spell(key))}${signs.is}${flow(inner, signs, spell)}`,
  );
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** YAML: lists of maps in several lines, everything else on one. */
function block(spell: Spell): Writers {
  const setting = (name: string, value: unknown): string => {
    const key = YAML.key(spell(name));
    return isLong(value)
      ? `${key}:\n${indented(lines(value), "  ")}`
      : `${key}: ${flow(value, YAML, spell)}`;
  };
  const fields = (map: object) =>
    Object.entries(map)
      .map(([key, inner]) => setting(key, inner))
      .join("\n");
  const item = (value: unknown) => {
    const text = isMap(value) ? fields(value) : flow(value, YAML, spell);
    return `- ${indented(text, "  ").trimStart()}`;
  };
  const lines = (value: unknown) =>
    Array.isArray(value) ? value.map(item).join("\n") : fields(value as object);
  return { setting, item };
}

/** A list of maps, or a map with one in it, or with a map of several fields. */
function isLong(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isMap);
  return isMap(value) && Object.values(value).some((inner) => isLong(inner) || isBroad(inner));
}

const isBroad = (value: unknown) => isMap(value) && Object.keys(value).length > 1;

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function indented(text: string, by: string): string {
  return text.replace(/^/gm, by);
}
