/**
 * `haloy server version`.
 *
 * @module
 */

import process from "node:process";
import { versionOfConfig, versionOfServer } from "../../client/server-version.ts";
import { cancelOnSignal } from "../cancel.ts";
import { stderr, stdout } from "../output.ts";
import { bold } from "../render/style.ts";
import { choiceOf, load, printJson, type TargetFlags } from "../session.ts";

/** Flags of `server version`. */
export interface ServerVersionFlags extends TargetFlags {
  readonly server?: string | undefined;
}

/** Print the version of haloyd on a server: the named one, else the config's. */
export async function serverVersion(flags: ServerVersionFlags): Promise<void> {
  using cancellation = cancelOnSignal(() => stderr.line("Cancelling…"));
  const { signal } = cancellation;
  const { server } = flags;
  const found = await (server === undefined
    ? versionOfConfig(await load(flags), process.env, signal, choiceOf(flags))
    : versionOfServer(server, process.env, signal));
  if (flags.json) printJson(found);
  else stdout.line(`${bold(found.server)}  haloyd ${found.haloyd}`);
}
