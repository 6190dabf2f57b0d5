/**
 * What all `haloy server registry …` commands have in common: which servers they are about, and
 * how they end.
 *
 * @module
 */

import process from "node:process";
import type { ServerChoice } from "../../client/chosen-servers.ts";
import type { OnServer, OnServers, RegistryOptions } from "../../client/registries.ts";
import { cancelOnSignal } from "../cancel.ts";
import { stderr } from "../output.ts";
import { choiceOf, load, printJson, type TargetFlags } from "../session.ts";

/** Flags of every `server registry` command. */
export interface RegistryFlags extends Omit<TargetFlags, "includeProtected"> {
  readonly server?: string | undefined;
}

/** What is done on servers. */
type Work<Answer> = (choice: ServerChoice, options: RegistryOptions) => Promise<OnServers<Answer>>;

/** Do `work` on the servers that the flags choose, and print what each did. */
export async function onServers<Answer>(
  flags: RegistryFlags,
  work: Work<Answer>,
  print: (done: readonly OnServer<Answer>[]) => void,
): Promise<void> {
  using cancellation = cancelOnSignal(() => stderr.line("Cancelling…"));
  const { server } = flags;
  const choice =
    server === undefined ? { loaded: await load(flags), ...choiceOf(flags) } : { server };
  const outcome = await work(choice, { env: process.env, signal: cancellation.signal });
  const { failureOf } = await import("../../client/registries.ts");
  const failure = failureOf(outcome);
  if (!flags.json) print(outcome.done);
  if (failure) throw failure;
  if (flags.json) {
    const servers = outcome.done.map(({ server, targets, answer }) => {
      const named = Array.isArray(answer) ? { registries: answer } : answer;
      return { server, targets, ...named };
    });
    printJson({ servers });
  }
}
