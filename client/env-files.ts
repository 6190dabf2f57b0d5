/**
 * The environment of a target: the process's own, and what `.env` files add to it.
 *
 * From weakest to strongest: `.env` of the client's configuration, of the current directory and of
 * the config's directory; `.env.local` of the three; `.env.<target>` of the current directory and
 * of the config's. A variable of the process always wins. Nothing is written into `process.env`,
 * so what one target's file says is not known to another.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fail, reasonOf } from "../core/errors.ts";
import { type EnvFile, envVariables } from "./env-file.ts";
import { configDirectory, type Environment } from "./server-directory.ts";

/** Variables, and where those come from that the process does not have itself. */
export interface TargetEnvironment {
  readonly variables: Environment;
  /** The file of a variable, by its name. */
  readonly files: ReadonlyMap<string, string>;
  /** Variables without those of the target's own files. */
  readonly shared: Environment;
}

/** What {@link EnvFiles} looks at. */
export interface EnvFilesOptions {
  /** The process's environment. */
  readonly env: Environment;
  /** The current directory. */
  readonly cwd: string;
  /** The config's directory. */
  readonly directory: string;
}

/** `.env` files, each read once. */
export class EnvFiles {
  readonly #options: EnvFilesOptions;
  readonly #read: Map<string, Promise<EnvFile>> = new Map();

  constructor(options: EnvFilesOptions) {
    this.#options = options;
  }

  /**
   * The environment of a target.
   *
   * @throws `CONFIG_UNREADABLE` for a file that is there and cannot be read, `CONFIG_INVALID` with
   *   the line of one that cannot be understood.
   */
  async of(target: string): Promise<TargetEnvironment> {
    const { env, cwd, directory } = this.#options;
    const folders = [configDirectory(env), cwd, directory];
    const paths = [
      ...folders.map((folder) => join(folder, ".env")),
      ...folders.map((folder) => join(folder, ".env.local")),
    ];
    const own = [cwd, directory].map((folder) => join(folder, `.env.${target}`));
    const given = Object.fromEntries(
      Object.entries(env).filter(([, value]) => value !== undefined),
    );
    const files = new Map<string, string>();
    const shared = await this.#all(paths, files);
    const variables = { ...shared, ...(await this.#all(own, files)), ...given };
    for (const name of Object.keys(given)) files.delete(name);
    return { variables, files, shared: { ...shared, ...given } };
  }

  /** Variables of several files, the last one strongest; notes the file of each. */
  async #all(paths: readonly string[], files: Map<string, string>): Promise<EnvFile> {
    const variables: Record<string, string> = {};
    for (const path of paths) {
      for (const [name, value] of Object.entries(await this.#variables(path))) {
        variables[name] = value;
        files.set(name, path);
      }
    }
    return variables;
  }

  #variables(path: string): Promise<EnvFile> {
    const read = this.#read.get(path) ?? readVariables(path);
    this.#read.set(path, read);
    return read;
  }
}

/**
 * What several targets have in common: variables that all of them have with the same value. For
 * what is done once for all of them, so that nothing of one target is used for another.
 */
export function commonEnvironment(environments: readonly TargetEnvironment[]): Environment {
  const [first, ...others] = environments;
  const common = Object.entries(first?.variables ?? {}).filter(([name, value]) =>
    others.every(({ variables }) => variables[name] === value),
  );
  return Object.fromEntries(common);
}

/** No file has no variables. Neither has a directory: `.env` may be one of Python's. */
const ABSENT: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "EISDIR"]);

async function readVariables(path: string): Promise<EnvFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (ABSENT.has((cause as NodeJS.ErrnoException).code)) return {};
    throw fail("CONFIG_UNREADABLE", {
      message: `Cannot read ${path}: ${reasonOf(cause)}`,
      hint: "Check the owner and the permissions of the file",
      at: { file: path },
      cause,
    });
  }
  return envVariables(text, path);
}
