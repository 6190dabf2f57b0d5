/**
 * `haloy server list`.
 *
 * @module
 */

import process from "node:process";
import { configDirectory, ServerDirectory } from "../../client/server-directory.ts";
import { stdout } from "../output.ts";
import { table } from "../render/format.ts";
import { printJson } from "../session.ts";

/** List the stored servers and whether their tokens are there. */
export async function serverList(flags: { readonly json?: true | undefined }): Promise<void> {
  const directory = new ServerDirectory(configDirectory(process.env));
  const [known, variables] = await Promise.all([directory.list(), directory.variables()]);
  const servers = known.map((server) => {
    const { tokenVariable: name } = server;
    return { ...server, hasToken: Boolean(process.env[name] || variables[name]) };
  });
  if (flags.json) printJson({ servers });
  else if (servers.length === 0) {
    stdout.line(`No servers. Add yours with "haloy server add <host> --token-stdin"`);
  } else {
    const rows = servers.map(({ host, tokenVariable, hasToken }) => [
      host,
      hasToken ? tokenVariable : `${tokenVariable} (not set)`,
    ]);
    stdout.line(table(["SERVER", "TOKEN"], rows));
  }
}
