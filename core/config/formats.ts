/**
 * The kinds of config file. A new format is one entry here and one file that reads it.
 *
 * @module
 */

import { readFile, stat } from "node:fs/promises";
import { fail, reasonOf } from "../errors.ts";
import { CONFIG_SHAPE } from "./config-shape.ts";
import { configError, toProblems } from "./diagnostics.ts";
import { readScript } from "./script.ts";
import type { Spelling } from "./shape.ts";
import { interpret, type Source } from "./source.ts";
import { type Parsed, tooMany } from "./tree.ts";

/** One kind of config file. */
export interface Format {
  /** Names looked for in a directory, in order. */
  readonly names: readonly string[];
  /** Endings of other names that may be given by path. */
  readonly extensions: readonly string[];
  /** Read the file at an absolute path; `shown` names it in messages. */
  read(file: string, shown: string): Promise<Source>;
}

/** All kinds, in the order in which a directory is searched. */
export const FORMATS: readonly Format[] = [
  {
    names: ["haloy.config.ts", "haloy.config.mts", "haloy.config.js"],
    extensions: [".ts", ".mts", ".js", ".mjs"],
    read: readScript,
  },
  {
    names: ["haloy.yaml", "haloy.yml"],
    extensions: [".yaml", ".yml"],
    read: text("snake", async () => (await import("./yaml.ts")).parseYaml),
  },
  {
    names: ["haloy.json"],
    extensions: [".json"],
    read: text("camel", async () => (await import("./json.ts")).parseJson),
  },
  {
    names: ["haloy.toml"],
    extensions: [".toml"],
    read: text("snake", async () => (await import("./toml.ts")).parseToml),
  },
];

/** A config is written by people: a larger file is another file. */
const MAX_BYTES = 1024 * 1024;

/** A text format. Its parser is loaded when a config needs it. */
function text(spelling: Spelling, parser: () => Promise<(text: string) => Parsed>): Format["read"] {
  return async (file, shown) => {
    const [content, parse] = await Promise.all([readText(file, shown), parser()]);
    return readTree(content, file, shown, parse, spelling);
  };
}

/**
 * Read a text format. Throws `CONFIG_UNREADABLE` where the text breaks the format's grammar, and
 * `CONFIG_INVALID` when there are too many values to look at.
 */
export function readTree(
  text: string,
  file: string,
  shown: string,
  parse: (text: string) => Parsed,
  spelling: Spelling,
): Source {
  const { tree, findings, hidden } = parse(text);
  if (tree === null) {
    const source = { file, text, spelling, places: new Map(), hidden };
    throw configError("CONFIG_UNREADABLE", shown, toProblems(source, "error", findings));
  }
  const { unread, ...read } = interpret(tree, CONFIG_SHAPE, spelling);
  if (unread < text.length) {
    const source = { file, text, spelling, ...read, hidden: [[0, text.length] as const] };
    const findings = [tooMany([unread, unread + 1])];
    throw configError("CONFIG_INVALID", shown, toProblems(source, "error", findings));
  }
  return {
    ...{ file, shown, text, spelling, ...read },
    findings: [...findings, ...read.findings],
    hidden: [...hidden, ...read.hidden],
  };
}

async function readText(file: string, shown: string): Promise<string> {
  const unreadable = (reason: string, hint: string, cause?: unknown) =>
    fail("CONFIG_UNREADABLE", {
      message: `Cannot read ${shown}: ${reason}`,
      hint,
      at: { file },
      cause,
    });
  let bytes: Uint8Array;
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) {
      throw unreadable(`it has ${size} bytes, more than 1 MiB`, "Is it the right file?");
    }
    bytes = await readFile(file);
  } catch (cause) {
    if (
      cause instanceof Error &&
      "code" in cause &&
      typeof cause.code === "string" &&
      cause.code.startsWith("E")
    ) {
      throw unreadable(reasonOf(cause), "Check the file's permissions", cause);
    }
    throw cause;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable("it is not UTF-8 text", "Save the file as UTF-8", cause);
  }
}
