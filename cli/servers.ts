/**
 * What commands about servers begin with: which servers are meant, and a way to cancel.
 *
 * @module
 */

import process from "node:process";
import type { ServerChoice } from "../client/chosen-servers.ts";
import type { OnServers, ServersOptions } from "../client/on-servers.ts";
import { cancelOnSignal } from "./cancel.ts";
import { stderr } from "./output.ts";
import { choiceOf, load, type TargetFlags } from "./session.ts";

/** Flags of every command about servers. */
export interface ServerFlags extends Omit<TargetFlags, "includeProtected"> {
  readonly server?: string | undefined;
}

/** What is done on servers. */
export type ServerWork<Answer> = (
  choice: ServerChoice,
  options: ServersOptions,
) => Promise<OnServers<Answer>>;

/** Do `work` on the named server, else on those of the config's targets that the flags choose. */
export async function withServers<Answer>(
  flags: ServerFlags,
  work: ServerWork<Answer>,
): Promise<OnServers<Answer>> {
  using cancellation = cancelOnSignal(() => stderr.line("Cancelling…"));
  const { server } = flags;
  const choice =
    server === undefined ? { loaded: await load(flags), ...choiceOf(flags) } : { server };
  return await work(choice, { env: process.env, signal: cancellation.signal });
}
