/**
 * The founding document's examples as configs: whole ones as they stand, fragments completed,
 * each in every format.
 *
 * @module
 */

import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { CONFIG_SHAPE } from "../../core/config/config-shape.ts";
import { type Shape, spell, stepInto } from "../../core/config/shape.ts";

const EXAMPLES = new URL("../fixtures/founding/", import.meta.url);

/** The text of the example whose file begins with `number`. */
export async function example(name: string): Promise<string> {
  return await readFile(new URL(`${name}.yaml`, EXAMPLES), "utf8");
}

/** A fragment that stands under `image:`, with the app's name above it. */
export function underImage(fragment: string): string {
  return `name: my-app\nimage:\n${fragment.replace(/^(?=.)/gm, "  ")}`;
}

/** A fragment of a whole config, with the app's name above it. */
export function named(fragment: string): string {
  return /^name:/m.test(fragment) || /^targets:/m.test(fragment)
    ? fragment
    : `name: my-app\n${fragment}`;
}

/** The formats that a config may be written in. */
export const FORMS = ["yaml", "json", "toml", "ts"] as const;
/** One of {@link FORMS}. */
export type Form = (typeof FORMS)[number];

/** Write a YAML config in some format into a directory of its own. Gives back the file's path. */
export async function writeAs(yaml: string, form: Form): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "haloy-founding-"));
  await mkdir(dir, { recursive: true });
  const file = join(dir, form === "ts" ? "haloy.config.ts" : `haloy.${form}`);
  const value: unknown = parse(yaml, { merge: true });
  const camel = () => JSON.stringify(respelled(value, CONFIG_SHAPE), null, 2);
  const text = {
    yaml: () => yaml,
    json: camel,
    ts: () => `export default ${camel()};\n`,
    toml: () => printToml(value as Record<string, unknown>),
  }[form]();
  await writeFile(file, text);
  return file;
}

/** A YAML config's value with the keys that JSON and TypeScript use. */
function respelled(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return value.map((item, at) => respelled(item, stepInto(shape, at)));
  if (typeof value !== "object" || value === null) return value;
  const known = new Map(
    shape.kind === "object" ? [...shape.keys.keys()].map((key) => [spell(key, "snake"), key]) : [],
  );
  return Object.fromEntries(
    Object.entries(value).map(([written, inner]) => {
      const key = known.get(written) ?? written;
      return [key, respelled(inner, stepInto(shape, key))];
    }),
  );
}

/** TOML as somebody writes it: tables for maps, inline tables in lists. */
function printToml(value: Record<string, unknown>, path: readonly string[] = []): string {
  const isTable = (inner: unknown): inner is Record<string, unknown> =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner);
  const key = (name: string) => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name));
  const inline = (inner: unknown): string => {
    if (Array.isArray(inner)) return `[${inner.map(inline).join(", ")}]`;
    if (!isTable(inner)) return JSON.stringify(inner);
    const fields = Object.entries(inner).map(([name, field]) => `${key(name)} = ${inline(field)}`);
    return `{ ${fields.join(", ")} }`;
  };
  const entries = Object.entries(value);
  const plain = entries.filter(([, inner]) => !isTable(inner) && inner !== null);
  const tables = entries.filter(([, inner]) => isTable(inner) || inner === null);
  return [
    ...(path.length > 0 ? [`[${path.map(key).join(".")}]`] : []),
    ...plain.map(([name, inner]) => `${key(name)} = ${inline(inner)}`),
    ...tables.map(([name, inner]) =>
      printToml((inner ?? {}) as Record<string, unknown>, [...path, name]),
    ),
    "",
  ].join("\n");
}
