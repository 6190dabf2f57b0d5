/**
 * Which haloyd runs on a server.
 *
 * @module
 */

import type { LoadedConfig } from "../core/config/load.ts";
import { fail } from "../core/errors.ts";
import type { VersionAnswer } from "../wire/routes.ts";
import type { TargetOptions } from "./api.ts";
import { chooseTargets } from "./choose.ts";
import { connectAll } from "./connect-targets.ts";
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

/**
 * Ask the server of a config. Without a choice of targets, all of them must have the same one.
 *
 * @throws `TARGET_REQUIRED` when the targets have several servers.
 */
export async function versionOfConfig(
  loaded: LoadedConfig,
  env: Environment,
  signal: AbortSignal,
  options: Pick<TargetOptions, "targets" | "all"> = {},
): Promise<ServerVersion> {
  const session = new Session(loaded, { env, cwd: process.cwd() });
  const choice = options.targets || options.all ? options : { all: true };
  const choose = () => ({
    ...chooseTargets(loaded.config, choice, { sparesProtected: false }),
    apps: [],
  });
  try {
    return await startRun("status", choose, { signal }, async (workspace, names) => {
      const targets = await connectAll(await open(session, workspace, names));
      const urls = [...new Set(targets.map(({ server }) => server.url))];
      const [first] = targets;
      if (!first || urls.length > 1) {
        throw fail("TARGET_REQUIRED", {
          message: `Cannot choose a server: the targets have ${urls.length}: ${urls.join(", ")}`,
          hint: `Name a target of the one you mean ("--targets ${names[0]}"), or the server itself`,
          details: { targets: names },
        });
      }
      const { server } = first;
      const answer = await server.json<VersionAnswer>("/v1/version", { signal: workspace.signal });
      return { ...answer, server: server.url };
    });
  } finally {
    await session.close();
  }
}
