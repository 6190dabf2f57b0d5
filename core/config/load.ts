/**
 * Finds a config, reads it and checks it: the front door of `core/config`.
 *
 * @module
 */

import { readdir, stat } from "node:fs/promises";
import { dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { cwd as currentDirectory } from "node:process";
import { fail, type Location, reasonOf } from "../errors.ts";
import { type Checked, checkSource } from "./check.ts";
import type { Problem } from "./diagnostics.ts";
import { FORMATS, type Format } from "./formats.ts";
import { valueSource } from "./script.ts";
import type { Path } from "./tree.ts";
import type { Config, ConfigInput } from "./types.ts";

/** A valid config and where it comes from. */
export interface LoadedConfig {
  /** Absolute path. */
  readonly file: string;
  /** Absolute path of the directory that relative paths in the config start from. */
  readonly directory: string;
  readonly config: Config;
  /** What is valid but probably not meant. */
  readonly warnings: readonly Problem[];
  /**
   * Where a setting of a target stands, wherever the target inherits it from:
   * `locate(["env", 0, "value"], "production")`. Without a target, a setting of the whole file.
   * Of a setting that is not written: what is around it. Without a line for a module or a value.
   */
  locate(path: Path, target?: string): Location;
}

/**
 * Load the config at `path`, a file or a directory; by default the current directory.
 *
 * Throws `CONFIG_NOT_FOUND`; `CONFIG_UNREADABLE` when the file is not in its format's grammar
 * or its module throws; and `CONFIG_INVALID`, which lists every problem of the file.
 */
export async function loadConfig(
  path: string = ".",
  { cwd = currentDirectory() }: { readonly cwd?: string } = {},
): Promise<LoadedConfig> {
  const { file, format, ignored } = await find(resolve(cwd, path));
  const source = await format.read(file, shownAs(file, cwd));
  const checked = checkSource(source);
  const unused = ignored.map(
    (name): Problem => ({
      severity: "warning",
      path: "",
      message: `is used, and ${name} beside it is ignored`,
      at: { file },
      suggestion: "Keep one config in a directory, or name the one you mean",
    }),
  );
  return loaded(file, dirname(file), checked, [...unused, ...checked.warnings]);
}

/**
 * Check a config that is a value. `at` says where it comes from, for messages and for relative
 * paths; by default the current directory. Throws `CONFIG_INVALID` with every problem.
 */
export function checkConfig(
  input: ConfigInput,
  at: { readonly file?: string; readonly directory?: string } = {},
): LoadedConfig {
  const directory = resolve(at.directory ?? (at.file === undefined ? "." : dirname(at.file)));
  const file = at.file === undefined ? join(directory, "(config)") : resolve(at.file);
  const source = valueSource(input, file);
  const shown = at.file === undefined ? "the config" : source.shown;
  const checked = checkSource({ ...source, shown });
  return loaded(file, directory, checked, checked.warnings);
}

function loaded(
  file: string,
  directory: string,
  { config, locate }: Checked,
  warnings: readonly Problem[],
): LoadedConfig {
  return { file, directory, config, warnings, locate };
}

interface Found {
  readonly file: string;
  readonly format: Format;
  /** Names of other configs in the same directory. */
  readonly ignored: readonly string[];
}

async function find(path: string): Promise<Found> {
  const kind = await stat(path).catch(() => null);
  if (kind === null) {
    throw fail("CONFIG_NOT_FOUND", {
      message: `Cannot find a config: "${path}" does not exist`,
      hint: "Name a config file or the directory it is in",
      at: { file: path },
    });
  }
  return kind.isDirectory() ? await findIn(path) : byExtension(path);
}

async function findIn(directory: string): Promise<Found> {
  const present = new Set(await readdir(directory).catch(unreadable));
  const candidates = FORMATS.flatMap((format) => format.names.map((name) => ({ name, format })));
  const [used, ...others] = candidates.filter(({ name }) => present.has(name));
  if (used) {
    const ignored = others.map(({ name }) => name);
    return { file: join(directory, used.name), format: used.format, ignored };
  }
  throw fail("CONFIG_NOT_FOUND", {
    message: `Cannot find a config in "${directory}": there is no ${list(candidates.map(({ name }) => name))}`,
    hint: `Write one with "haloy init", or name the config's path with "--config"`,
    at: { file: directory },
  });
}

function unreadable(cause: unknown): never {
  throw fail("CONFIG_UNREADABLE", {
    message: `Cannot look for a config: ${reasonOf(cause)}`,
    hint: "Check the directory's permissions",
    cause,
  });
}

function byExtension(file: string): Found {
  const format = FORMATS.find(({ extensions }) => extensions.includes(extname(file)));
  if (format) return { file, format, ignored: [] };
  throw fail("CONFIG_UNREADABLE", {
    message: `Cannot read "${file}": a config ends in ${list(FORMATS.flatMap(({ extensions }) => extensions))}`,
    hint: "Rename the file, or name another one",
    at: { file },
  });
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** A path that is short and still leads there from where the command was typed. */
function shownAs(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return short.startsWith("..") || isAbsolute(short) ? file : short;
}
