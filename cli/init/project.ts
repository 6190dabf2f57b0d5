/**
 * What a directory says about the app in it.
 *
 * @module
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
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
  };
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
