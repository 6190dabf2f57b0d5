/**
 * What the author of a config is told about it.
 *
 * @module
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../core/config/load.ts";
import { isHaloyError } from "../../core/errors.ts";

/** Load a file of this name and text. Gives back the error's code and message, or "accepted". */
export async function told(name: string, text: string): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "haloy-told-"));
  try {
    await writeFile(join(cwd, name), text);
    await loadConfig(name, { cwd });
    return "accepted";
  } catch (error) {
    if (!isHaloyError(error)) throw error;
    if (JSON.stringify(error).includes("hunter2")) throw new Error("it shows a secret");
    return `${error.code}\n${error.message}`;
  } finally {
    await rm(cwd, { recursive: true });
  }
}
