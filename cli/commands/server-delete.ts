/**
 * `haloy server delete <url>`.
 *
 * @module
 */

import process from "node:process";
import { configDirectory, ServerDirectory } from "../../client/server-directory.ts";
import { stdout } from "../output.ts";
import { bold, mark } from "../render/style.ts";
import { printJson } from "../session.ts";

/** Forget a server and its token. */
export async function serverDelete(
  url: string,
  flags: { readonly json?: true | undefined },
): Promise<void> {
  const directory = new ServerDirectory(configDirectory(process.env));
  const { host } = await directory.delete(url);
  if (flags.json) printJson({ host, deleted: true });
  else stdout.line(`${mark.done} Deleted ${bold(host)} and its token`);
}
