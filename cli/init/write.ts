/**
 * Writes what people keep beside their apps: configs and schemas.
 *
 * @module
 */

import { type WholeFile, writeWholeFiles } from "../../client/whole-files.ts";
import { fail, reasonOf } from "../../core/errors.ts";

/** Write all `files`, or none. Throws `CONFIG_UNWRITABLE`, and then nothing is changed. */
export async function writeFiles(files: readonly WholeFile[]): Promise<void> {
  try {
    await writeWholeFiles(files, { secret: false });
  } catch (cause) {
    throw fail("CONFIG_UNWRITABLE", {
      message: `Cannot write ${files.map(({ path }) => `"${path}"`).join(" and ")}: ${reasonOf(cause)}`,
      hint: "Check the directory's permissions and free space",
      cause,
    });
  }
}
