/**
 * `haloy server registry list`.
 *
 * @module
 */

import type { OnServer } from "../../client/on-servers.ts";
import { logins, type RegistryUser } from "../../client/registries.ts";
import { stdout } from "../output.ts";
import { table } from "../render/format.ts";
import { onServers, type RegistryFlags } from "./server-registry.ts";

/** List the registries that servers are logged in to. */
export async function registryList(flags: RegistryFlags): Promise<void> {
  await onServers(flags, logins, print);
}

function print(servers: readonly OnServer<readonly RegistryUser[]>[]): void {
  for (const { server, answer } of servers) {
    if (answer.length > 0) continue;
    stdout.line(`No registries on ${server}. Log in with "haloy server registry login <registry>"`);
  }
  const rows = servers.flatMap(({ server, answer }) =>
    answer.map(({ registry, username }) => [registry, username, server]),
  );
  if (rows.length > 0) stdout.line(table(["REGISTRY", "USER NAME", "SERVER"], rows));
}
