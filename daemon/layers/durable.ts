/**
 * Files that are there completely or not at all, whenever the process dies.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** What a file is called until it is complete. */
export const TEMPORARY_SUFFIX = ".tmp";

/** Make a private directory, and the ones above it. */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Write a private file under a temporary name, then give it its own. Replaces an older one. */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${randomUUID()}${TEMPORARY_SUFFIX}`;
  try {
    await writeFile(temporary, data, { mode: 0o600, flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Wait until the file or directory at `path` would survive a power failure. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The JSON in a file. Null when there is none, or when it is not JSON. */
export async function readJson<Value>(path: string): Promise<Value | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Value;
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return null;
    throw error;
  }
}

/** Names in a directory. Empty when there is none. */
export async function list(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** When `path` was last written, in ms since 1970. Null when there is nothing. */
export async function modified(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * Remove a directory at one stroke: it moves to `trash` first, so that nobody ever sees half of
 * it. `trash` is on the same file system, and emptied at the next start after a crash.
 */
export async function discard(path: string, trash: string): Promise<void> {
  await makeDirectory(trash);
  const grave = join(trash, `${basename(path)}.${randomUUID()}`);
  try {
    await rename(path, grave);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await rm(grave, { recursive: true, force: true });
}

/** Give a finished directory its final name. False when another one has that name already. */
export async function settle(path: string, target: string): Promise<boolean> {
  try {
    await rename(path, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw error;
  }
  await sync(dirname(target));
  return true;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
