/**
 * Folders in the cache entries of a `build_config`, made absolute: like every path in the config
 * they are relative to the config file, wherever the command is typed.
 *
 * @module
 */

import { isAbsolute, join } from "node:path";

/** A field of an entry, which is one line of comma-separated values: quoted or not. */
const FIELD = /(?:^|,)("(?:[^"]|"")*"|[^,]*)/g;

/** `entry` as docker takes it, with the folder of `type=local` below `directory`. */
export function withAbsoluteFolder(entry: string, directory: string): string {
  const fields = [...entry.matchAll(FIELD)].map(([, field = ""]) => unquoted(field));
  if (!fields.includes("type=local")) return entry;
  return fields
    .map((field) => {
      const [, key, path] = /^(src|dest)=(.+)$/s.exec(field) ?? [];
      return quoted(path && !isAbsolute(path) ? `${key}=${join(directory, path)}` : field);
    })
    .join(",");
}

function unquoted(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}

function quoted(field: string): string {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
