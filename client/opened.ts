/**
 * What every step of a run works with.
 *
 * @module
 */

import type { ServerConnection } from "../core/hooks.ts";
import type { PluginHost } from "../core/host.ts";
import type { Workspace } from "./run.ts";
import type { Session } from "./session.ts";

/** A session opened for one run. */
export interface Opened {
  readonly session: Session;
  readonly workspace: Workspace;
  readonly host: PluginHost;
  readonly server: ServerConnection;
}

/** Open plugins and server for a run. Contacts nobody yet. */
export async function open(session: Session, workspace: Workspace): Promise<Opened> {
  const host = await session.host(workspace);
  const server = await session.server(host, workspace);
  return { session, workspace, host, server };
}
