/**
 * Writes files that hold secrets: only their owner can read them, and a reader sees the old
 * content or the new, never half of it.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** A file's path and its whole new content. */
export interface PrivateFile {
  readonly path: string;
  readonly content: string;
}

/**
 * Write all `files`, mode 0600, creating their directories with mode 0700. Every content is on
 * the disk before the first file is replaced, so a full disk changes nothing.
 */
export async function writePrivateFiles(files: readonly PrivateFile[]): Promise<void> {
  const ready: { readonly temporary: string; readonly path: string }[] = [];
  try {
    for (const { path, content } of files) {
      await createPrivateDirectory(dirname(path));
      // Replace what a symbolic link leads to, not the link: dotfiles are often linked.
      const real = await realpath(path).catch(() => path);
      const temporary = `${real}.${randomUUID()}.tmp`;
      ready.push({ temporary, path: real });
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    for (const { temporary, path } of ready) await rename(temporary, path);
  } finally {
    for (const { temporary } of ready) await rm(temporary, { force: true });
  }
}

async function createPrivateDirectory(path: string): Promise<void> {
  const created = await mkdir(path, { recursive: true, mode: 0o700 });
  // The mask of the process may have taken bits away that the owner needs.
  if (created !== undefined) await chmod(path, 0o700);
}
