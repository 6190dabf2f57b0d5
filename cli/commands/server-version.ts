/**
 * `haloy server version`.
 *
 * @module
 */

import { failureOf } from "../../client/on-servers.ts";
import { versions } from "../../client/server-version.ts";
import { stdout } from "../output.ts";
import { bold } from "../render/style.ts";
import { type ServerFlags, withServers } from "../servers.ts";
import { printJson } from "../session.ts";

/** Print the version of haloyd on servers: the named one, else the config's. */
export async function serverVersion(flags: ServerFlags): Promise<void> {
  const outcome = await withServers(flags, versions);
  for (const { server, targets, answer } of outcome.done) {
    if (flags.json) printJson({ server, targets, ...answer });
    else stdout.line(`${bold(server)}  haloyd ${answer.haloyd}`);
  }
  const failure = failureOf(outcome);
  if (failure) throw failure;
}
