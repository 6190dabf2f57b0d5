/**
 * How all `haloy server registry …` commands end.
 *
 * @module
 */

import type { OnServer } from "../../client/on-servers.ts";
import { type ServerFlags, type ServerWork, withServers } from "../servers.ts";
import { printJson } from "../session.ts";

/** Flags of every `server registry` command. */
export type RegistryFlags = ServerFlags;

/** Do `work` on the servers that the flags choose, and print what each did. */
export async function onServers<Answer>(
  flags: RegistryFlags,
  work: ServerWork<Answer>,
  print: (done: readonly OnServer<Answer>[]) => void,
): Promise<void> {
  const outcome = await withServers(flags, work);
  const { failureOf } = await import("../../client/on-servers.ts");
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
