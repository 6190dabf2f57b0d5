/**
 * `haloy server add <url> [token]`.
 *
 * @module
 */

import process from "node:process";
import { text } from "node:stream/consumers";
import { configDirectory, ServerDirectory } from "../../client/server-directory.ts";
import { fail } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { stdout } from "../output.ts";
import { bold, mark } from "../render/style.ts";
import { printJson } from "../session.ts";

/** Flags of `server add`. */
export interface ServerAddFlags {
  readonly tokenStdin?: true | undefined;
  readonly force?: true | undefined;
  readonly json?: true | undefined;
}

/** Store a server and its token. */
export async function serverAdd(
  url: string,
  argument: string | undefined,
  flags: ServerAddFlags,
): Promise<void> {
  if ((argument === undefined) !== (flags.tokenStdin ?? false)) {
    throw fail("USAGE_INVALID", {
      message: `Cannot add "${url}": ${argument === undefined ? "no token is given" : "the token is given twice"}`,
      hint: `Write the token after the server, or give it to "haloy server add ${url} --token-stdin" on standard input`,
    });
  }
  const token = new Secret(argument ?? (await text(process.stdin)).trim());
  const directory = new ServerDirectory(configDirectory(process.env));
  const server = await directory.add(url, token, { force: flags.force ?? false });
  if (flags.json) printJson({ ...server, file: directory.envFile });
  else {
    stdout.line(`${mark.done} Added ${bold(server.host)}`);
    stdout.line(`  Its token is ${server.tokenVariable} in ${directory.envFile}`);
  }
}
