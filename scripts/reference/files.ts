/**
 * The files of `docs/reference`: templates beside this module, filled with what the code says.
 *
 * A line `{{name arguments}}` of a template stands for a part that is generated.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { schemaText } from "../../cli/commands/schema.ts";
import { PRESETS } from "../../core/config/defaults.ts";
import { FORMATS } from "../../core/config/formats.ts";
import { spell } from "../../core/config/shape.ts";
import { ERROR_CODES, type ErrorCode } from "../../core/errors.ts";
import { commands } from "./commands.ts";
import { MEANINGS } from "./errors.ts";
import { Settings } from "./settings.ts";
import { code, table } from "./table.ts";

/** A file's name in `docs/reference`, and what should be in it. */
export interface ReferenceFile {
  readonly name: string;
  readonly content: string;
}

/** All files, as the code is now. */
export async function referenceFiles(): Promise<ReferenceFile[]> {
  const [yaml, json] = await Promise.all([schemaText(null, "yaml"), schemaText(null, "json")]);
  const settings = new Settings(JSON.parse(yaml));
  const configuration = await filled("configuration.md", {
    files: () =>
      FORMATS.flatMap(({ names }) => names)
        .map((name) => `1. ${code(name)}`)
        .join("\n"),
    settings: (definition = "", ...keys) => settings.table(definition, keys),
    presets,
    errors,
  });
  const missing = settings.missing();
  if (missing.length > 0) {
    throw new Error(`scripts/reference/configuration.md has no table with ${missing.join(", ")}`);
  }
  return [
    { name: "configuration.md", content: configuration },
    { name: "commands.md", content: await filled("commands.md", { commands }) },
    { name: "haloy.schema.json", content: yaml },
    { name: "haloy.config.schema.json", content: json },
  ];
}

type Parts = Readonly<Record<string, (...words: string[]) => string>>;

async function filled(name: string, parts: Parts): Promise<string> {
  const template = await readFile(new URL(name, import.meta.url), "utf8");
  return template.replace(/^\{\{(.+)\}\}$/gm, (_, line: string) => {
    const [part = "", ...words] = line.split(/[\s,:]+/);
    const made = parts[part];
    if (!made) throw new Error(`scripts/reference/${name} asks for "${part}", and there is none`);
    return made(...words);
  });
}

/** What each preset changes. */
function presets(): string {
  const names = Object.keys(PRESETS) as (keyof typeof PRESETS)[];
  const changes = names.map((name) => new Map(flat(PRESETS[name])));
  const keys = [...new Set(changes.flatMap((change) => [...change.keys()]))];
  const rows = keys.map((key) => [
    code(key),
    ...changes.map((change) => (change.has(key) ? code(change.get(key) ?? "") : "")),
  ]);
  return table(["", ...names.map(code)], rows);
}

/** `image.pull_policy` and its value. */
function flat(value: object, path: readonly string[] = []): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    const here = [...path, spell(key, "snake")];
    return typeof inner === "object" && inner !== null
      ? flat(inner, here)
      : [[here.join("."), String(inner)]];
  });
}

function errors(): string {
  const rows = (Object.keys(ERROR_CODES) as ErrorCode[]).map((name) => [
    code(name),
    String(ERROR_CODES[name]),
    MEANINGS[name],
  ]);
  return table(["code", "exit", ""], rows);
}
