/**
 * Writes files whole: all of them, or none.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fail, reasonOf } from "../../core/errors.ts";

/** A file's absolute path and its whole content. */
export interface NewFile {
  readonly path: string;
  readonly content: string;
}

/**
 * Write all `files`, with the directories they need. Every content is on the disk before the
 * first file gets its name. Throws `CONFIG_UNWRITABLE`, and then nothing is changed.
 */
export async function writeFiles(files: readonly NewFile[]): Promise<void> {
  const made: string[] = [];
  try {
    const ready: { readonly temporary: string; readonly path: string }[] = [];
    for (const { path, content } of files) {
      const directory = await mkdir(dirname(path), { recursive: true });
      if (directory !== undefined) made.push(directory);
      const temporary = `${path}.${randomUUID()}.tmp`;
      const file = await open(temporary, "wx");
      made.push(temporary);
      ready.push({ temporary, path });
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    for (const { temporary, path } of ready) await rename(temporary, path);
  } catch (cause) {
    for (const path of made.reverse()) await rm(path, { recursive: true, force: true });
    throw fail("CONFIG_UNWRITABLE", {
      message: `Cannot write ${files.map(({ path }) => `"${path}"`).join(" and ")}: ${reasonOf(cause)}`,
      hint: "Check the directory's permissions and free space",
      cause,
    });
  }
}
