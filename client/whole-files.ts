/**
 * Writes files whole: a reader sees the old content or the new, never half of it, and after a
 * failure nothing has changed.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** A file's path and its whole new content. */
export interface WholeFile {
  readonly path: string;
  readonly content: string;
}

/** Who else may read what is written. */
export interface WriteOptions {
  /** Only the owner reads the files (mode 0600) and the directories made for them (0700). */
  readonly secret: boolean;
}

/**
 * Write all `files`, with the directories they need. Every content is on the disk before the
 * first file is replaced, so a full disk changes nothing.
 */
export async function writeWholeFiles(
  files: readonly WholeFile[],
  { secret }: WriteOptions,
): Promise<void> {
  const ready: { readonly temporary: string; readonly path: string }[] = [];
  const made: string[] = [];
  try {
    for (const { path, content } of files) {
      made.push(...(await makeDirectory(dirname(path), secret)));
      // Replace what a symbolic link leads to, not the link: dotfiles are often linked.
      const real = await realpath(path).catch(() => path);
      const temporary = `${real}.${randomUUID()}.tmp`;
      ready.push({ temporary, path: real });
      const file = await open(temporary, "wx", secret ? 0o600 : 0o666);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    for (const { temporary, path } of ready) await rename(temporary, path);
  } catch (error) {
    for (const { temporary } of ready) await rm(temporary, { force: true });
    for (const path of made.reverse()) await rm(path, { recursive: true, force: true });
    throw error;
  }
}

/** Make a directory and those around it. Gives back the outermost that was not there. */
async function makeDirectory(path: string, secret: boolean): Promise<string[]> {
  const created = await mkdir(path, { recursive: true, ...(secret ? { mode: 0o700 } : {}) });
  if (created === undefined) return [];
  // The mask of the process may have taken bits away that the owner needs.
  if (secret) await chmod(path, 0o700);
  return [created];
}
