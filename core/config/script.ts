/**
 * `haloy.config.ts` and its kin: a module whose default export is the config, or a function
 * that returns it.
 *
 * @module
 */

import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { offerOwnPackage } from "../../runtime/own-package.ts";
import { fail, isHaloyError, type Location, reasonOf } from "../errors.ts";
import type { Source } from "./source.ts";

/** Run the module at `file`. Throws `CONFIG_UNREADABLE` with the place, where the runtime tells it. */
export async function readScript(file: string, shown: string): Promise<Source> {
  const unreadable = (reason: string, hint: string, thrown?: unknown) =>
    fail("CONFIG_UNREADABLE", {
      message: `Cannot read ${shown}: ${reason}`,
      hint,
      at: thrown === undefined ? { file } : placeOf(thrown, file),
      cause: thrown,
    });
  let exported: unknown;
  try {
    offerOwnPackage({
      haloy: new URL("../../mod.ts", import.meta.url),
      "haloy/plugin": new URL("../../plugin.ts", import.meta.url),
    });
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
    exported = module.default;
    if (typeof exported === "function") exported = exported();
    exported = await exported;
  } catch (thrown) {
    if (isHaloyError(thrown)) throw thrown;
    const reason = reasonOf(innermost(thrown)).replace(/^SyntaxError: |\n[\s\S]*/g, "");
    const hint = hintFor(reason, file);
    throw unreadable(`${reason}${printPlace(placeOf(thrown, file), file)}`, hint, thrown);
  }
  if (typeof exported !== "object" || exported === null) {
    const reason =
      exported === undefined ? "it has no default export" : "its default export is no config";
    throw unreadable(reason, `Write: export default defineConfig({ name: "…" })`);
  }
  return { ...valueSource(exported, file), shown };
}

function hintFor(reason: string, file: string): string {
  // Node, of a file that its package.json makes CommonJS.
  if (/import statement outside a module|^Unexpected token 'export'/.test(reason)) {
    const name = basename(file).replace(/\.([tj])s$/, ".m$1s");
    return `Its package.json says that it is CommonJS: rename it to ${name}`;
  }
  return /^Cannot find|not a dependency/.test(reason)
    ? "Correct the import, or install the package in the config's directory"
    : "Correct the module and run the command again";
}

/** A config that is already a value: nothing in it has a line. */
export function valueSource(value: unknown, file: string): Source {
  return {
    file,
    shown: basename(file),
    text: null,
    spelling: "camel",
    value,
    places: new Map(),
    hidden: [],
    findings: [],
  };
}

/**
 * Where something was thrown: in `file`, else in a module that it imports. Every runtime says it
 * in another way.
 */
export function placeOf(thrown: unknown, file: string): Location {
  const error = innermost(thrown) as { position?: unknown; stack?: unknown; message?: unknown };
  const position = error?.position as Partial<Location> | null | undefined;
  if (typeof position?.line === "number" && typeof position.column === "number") {
    return { file: position.file ?? file, line: position.line, column: position.column };
  }
  const rows = `${String(error?.message ?? "")}\n${String(error?.stack ?? "")}`
    .replace(COLOUR, "")
    .replaceAll(pathToFileURL(file).href, CONFIG)
    .replaceAll(file, CONFIG)
    .split("\n");
  // Below this module's own frame is whoever loads the config.
  const own = rows.findIndex((row) => row.includes(new URL(import.meta.url).pathname));
  const places = placesIn(own === -1 ? rows : rows.slice(0, own));
  const place = places.find((one) => one.file === CONFIG) ?? places[0];
  if (!place) return { file };
  return { ...place, file: place.file === CONFIG ? file : toPath(place.file) };
}

/** Stands for the config's path while texts are searched: a path may have spaces and brackets. */
const CONFIG = "/<config>";

// biome-ignore lint/suspicious/noControlCharactersInRegex: Deno colours its messages
const COLOUR = /\x1b\[[0-9;]*m/g;

/** Every `path:line:column` at the end of a row. */
function placesIn(rows: readonly string[]): Location[] {
  return rows.flatMap((row, index) => {
    const [, path = "", line, column] =
      /(?:^|[\s(])((?:file:\/\/)?\/[^\s()]*?):(\d+)(?::(\d+))?\)?$/.exec(row) ?? [];
    if (line === undefined) return [];
    const place = { file: path, line: Number(line) };
    if (column !== undefined) return [{ ...place, column: Number(column) }];
    // Node prints the source of a syntax error below its place, and a caret below that.
    const caret = rows.slice(index + 1, index + 5).find((below) => /^\s*\^+\s*$/.test(below));
    return [caret === undefined ? place : { ...place, column: caret.indexOf("^") + 1 }];
  });
}

function toPath(path: string): string {
  try {
    return path.startsWith("file:") ? fileURLToPath(path) : path;
  } catch {
    return path;
  }
}

function printPlace(at: Location, file: string): string {
  if (at.line === undefined) return "";
  const other = at.file === file ? "" : `${basename(at.file)} `;
  return ` (${other}line ${at.line}${at.column === undefined ? "" : `, column ${at.column}`})`;
}

/** Bun wraps what a module's parser reports in an AggregateError. */
function innermost(thrown: unknown): unknown {
  const inner = (thrown as { errors?: unknown } | null)?.errors;
  return Array.isArray(inner) && inner.length > 0 ? inner[0] : thrown;
}
