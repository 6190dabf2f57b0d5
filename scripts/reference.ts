/**
 * `npm run reference`: write the files of `docs/reference` from the config's schema, the table of
 * errors and the tree of commands.
 *
 * @module
 */

import { writeFile } from "node:fs/promises";
import { referenceFiles } from "./reference/files.ts";

const DIRECTORY = new URL("../docs/reference/", import.meta.url);

for (const { name, content } of await referenceFiles()) {
  await writeFile(new URL(name, DIRECTORY), content);
  console.log(`✔ docs/reference/${name}`);
}
