/**
 * `haloy schema`: offline.
 *
 * @module
 */

import { extname, resolve } from "node:path";
import process from "node:process";
import { jsonSchemaOf } from "../../client/json-schema.ts";
import { type LoadedConfig, loadConfig } from "../../core/config/load.ts";
import type { Spelling } from "../../core/config/shape.ts";
import { isHaloyError } from "../../core/errors.ts";
import { writeFiles } from "../init/write.ts";
import { stdout } from "../output.ts";
import { bold, mark } from "../render/style.ts";
import { printJson, shortPath, type TargetFlags } from "../session.ts";

/** The formats that editors check, with how each spells keys. */
const SPELLINGS: Readonly<Record<SchemaFormat, Spelling>> = {
  yaml: "snake",
  json: "camel",
  toml: "snake",
};

/** Values of `--format`. */
export type SchemaFormat = "yaml" | "json" | "toml";

/** Flags of `schema`. */
export interface SchemaFlags extends Pick<TargetFlags, "config" | "json"> {
  readonly format?: SchemaFormat | undefined;
  readonly output?: string | undefined;
}

/** Print the JSON Schema of the config that is found, or of any config, or write it to a file. */
export async function schema({ config, format, output, json }: SchemaFlags): Promise<void> {
  const loaded = await find(config);
  const text = await schemaText(loaded, format ?? formatOf(loaded));
  if (output === undefined) return stdout.raw(text.trimEnd());
  const file = resolve(output);
  await writeFiles([{ path: file, content: text }]);
  if (json) printJson({ file });
  else stdout.line(`${mark.done} Wrote ${bold(shortPath(file))}`);
}

/** The JSON Schema as the content of a file. */
export async function schemaText(
  loaded: LoadedConfig | null,
  format: SchemaFormat,
): Promise<string> {
  return `${JSON.stringify(await jsonSchemaOf(loaded, SPELLINGS[format]), null, 2)}\n`;
}

/** Only a config that was named must be there. */
async function find(path: string | undefined): Promise<LoadedConfig | null> {
  try {
    return await loadConfig(path, { cwd: process.cwd() });
  } catch (error) {
    if (path === undefined && isHaloyError(error) && error.code === "CONFIG_NOT_FOUND") return null;
    throw error;
  }
}

function formatOf(loaded: LoadedConfig | null): SchemaFormat {
  if (loaded === null) return "yaml";
  const extension = extname(loaded.file).slice(1);
  if (extension === "toml") return "toml";
  // A module is checked by the compiler; where one is used, keys are spelt as in JSON.
  return extension === "yaml" || extension === "yml" ? "yaml" : "json";
}
