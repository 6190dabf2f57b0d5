/**
 * What a directory says about the app in it.
 *
 * @module
 */

import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "jsonc-parser";
import { fail, reasonOf } from "../../core/errors.ts";
import { exposedPorts } from "./dockerfile.ts";
import { projectName } from "./name.ts";

/** What was found. */
export interface Project {
  readonly name: string;
  /** The Dockerfile's name in the directory. Null: there is none. */
  readonly dockerfile: string | null;
  /** TCP ports that it exposes, in its order. */
  readonly ports: readonly number[];
  /** Names of all files of the directory. */
  readonly files: readonly string[];
  /** What a config in TypeScript is called: Node takes `.ts` for CommonJS beside some manifests. */
  readonly script: "haloy.config.ts" | "haloy.config.mts";
}

/** Look at `directory` (absolute). Throws `CONFIG_UNWRITABLE` where there is no such directory. */
export async function inspect(directory: string): Promise<Project> {
  const files = (await readdir(directory).catch((cause) => unusable(directory, cause))).toSorted();
  const dockerfile = chooseDockerfile(files);
  const text = dockerfile && (await readFile(join(directory, dockerfile), "utf8").catch(() => ""));
  return {
    name: await projectName(directory),
    dockerfile,
    ports: exposedPorts(text ?? ""),
    files,
    script: (await isModule(directory)) ? "haloy.config.ts" : "haloy.config.mts",
  };
}

/** Whether Node reads `.ts` files of `directory` as modules: the nearest package.json decides. */
async function isModule(directory: string): Promise<boolean> {
  const text = await readFile(join(directory, "package.json"), "utf8").catch(() => null);
  if (text !== null) return parse(text)?.type === "module";
  const parent = dirname(directory);
  return parent === directory || (await isModule(parent));
}

/** `Dockerfile`, else the first of the names that people give to others. */
function chooseDockerfile(files: readonly string[]): string | null {
  if (files.includes("Dockerfile")) return "Dockerfile";
  const named = /^(?:Containerfile|dockerfile|Dockerfile[.-].+|.+\.[Dd]ockerfile)$/;
  return files.find((name) => named.test(name) && !name.endsWith(".dockerignore")) ?? null;
}

function unusable(directory: string, cause: unknown): never {
  throw fail("CONFIG_UNWRITABLE", {
    message: `Cannot write a config into "${directory}": ${reasonOf(cause)}`,
    hint: "Name a directory that exists",
    cause,
  });
}
