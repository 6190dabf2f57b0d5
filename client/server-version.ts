/**
 * Which haloyd runs on servers.
 *
 * @module
 */

import type { VersionAnswer } from "../wire/routes.ts";
import type { ServerChoice } from "./chosen-servers.ts";
import { type OnServers, onServers, type ServersOptions } from "./on-servers.ts";

/** Ask servers which haloyd they run. */
export async function versions(
  choice: ServerChoice,
  options: ServersOptions,
): Promise<OnServers<VersionAnswer>> {
  const action = "ask for the version";
  return await onServers(choice, { ...options, action }, async (server, signal) =>
    server.json<VersionAnswer>("/v1/version", { signal }),
  );
}
