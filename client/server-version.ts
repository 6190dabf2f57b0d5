/**
 * Which haloyd runs on a server.
 *
 * @module
 */

import type { LoadedConfig } from "../core/config/load.ts";
import type { VersionAnswer } from "../wire/routes.ts";
import { connect } from "./connection.ts";
import { open } from "./opened.ts";
import { startRun } from "./run.ts";
import { findToken, serverUrl } from "./servers.ts";
import { type Environment, Session } from "./session.ts";

/** A server and its haloyd. */
export interface ServerVersion extends VersionAnswer {
  /** The server's URL. */
  readonly server: string;
}

/** Ask a server by its host name. */
export async function versionOfServer(
  server: string,
  env: Environment,
  signal: AbortSignal,
): Promise<ServerVersion> {
  const { token, source } = await findToken({ server, env });
  const connection = connect({ url: serverUrl(server), token, tokenSource: source });
  const answer = await connection.json<VersionAnswer>("/v1/version", { signal });
  return { ...answer, server: connection.url };
}

/** Ask the server of a config. */
export async function versionOfConfig(
  loaded: LoadedConfig,
  env: Environment,
  signal: AbortSignal,
): Promise<ServerVersion> {
  const session = new Session(loaded, env);
  try {
    return await startRun("status", loaded.config.name, { signal }, async (workspace) => {
      const { server } = await open(session, workspace);
      const answer = await server.json<VersionAnswer>("/v1/version", { signal: workspace.signal });
      return { ...answer, server: server.url };
    });
  } finally {
    await session.close();
  }
}
