/**
 * Which servers a command is about that is not about apps: one by its name, or those that the
 * targets of a config have.
 *
 * @module
 */

import type { LoadedConfig } from "../core/config/load.ts";
import { fail } from "../core/errors.ts";
import type { ServerConnection } from "../core/hooks.ts";
import type { TargetOptions } from "./api.ts";
import { chooseTargets } from "./choose.ts";
import { connectAll } from "./connect-targets.ts";
import { connect } from "./connection.ts";
import { open } from "./opened.ts";
import { NOTHING_CHANGED, Problems } from "./problems.ts";
import type { Workspace } from "./run.ts";
import {
  configDirectory,
  type Environment,
  findServer,
  findToken,
  ServerDirectory,
  serverUrl,
} from "./servers.ts";
import { Session } from "./session.ts";

/** A server by its name, or a config and its targets. Without a choice all targets, on one server. */
export type ServerChoice =
  | { readonly server: string }
  | ({ readonly loaded: LoadedConfig } & Pick<TargetOptions, "targets" | "all">);

/** A server, and which of the chosen targets it has. */
export interface ChosenServer {
  readonly connection: ServerConnection;
  /** Empty for a server by its name. */
  readonly targets: readonly string[];
}

/**
 * Find the servers and the tokens for them; of a config, no other value is resolved. Contacts none
 * of the servers.
 *
 * @throws `TARGET_REQUIRED` when nothing says which of several servers are meant, `TARGET_UNKNOWN`,
 * and what is wrong with servers and tokens.
 */
export async function chosenServers(
  choice: ServerChoice,
  workspace: Workspace,
  env: Environment,
): Promise<ChosenServer[]> {
  if ("server" in choice) {
    const { server } = choice;
    const { token, source } = await findToken({ server, env });
    workspace.masker.add(token);
    const connection = connect({ url: serverUrl(server), token, tokenSource: source });
    return [{ connection, targets: [] }];
  }
  const { loaded, targets, all } = choice;
  const chosen = targets !== undefined || all;
  const options = { ...(targets ? { targets } : {}), all: all || !chosen };
  const { names } = chooseTargets(loaded.config, options, { sparesProtected: false });
  const servers = await serversOf(loaded, names, env);
  if (!chosen && servers.size > 1) throw undecided(servers);

  const session = new Session(loaded, { env, cwd: process.cwd() });
  try {
    // The first target of each server says with which token.
    const first = [...servers.values()].flatMap(([name]) => name ?? []);
    const run = await open(session, workspace, first, { readOnly: true });
    const connected = await connectAll(run);
    const lists = [...servers.values()];
    return connected.map(({ name, server }) => ({
      connection: server,
      targets: lists.find(([one]) => one === name) ?? [name],
    }));
  } finally {
    await session.close();
  }
}

/** Targets by their server's host name. */
async function serversOf(
  { config }: LoadedConfig,
  names: readonly string[],
  env: Environment,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const directory = new ServerDirectory(configDirectory(env));
  const problems = new Problems(names.length);
  const servers = new Map<string, string[]>();
  for (const name of names) {
    const server = config.targets[name]?.server;
    const host = await problems.collect(name, () => findServer({ server, env, directory }));
    if (host !== null) servers.set(host, [...(servers.get(host) ?? []), name]);
  }
  problems.throwIfAny(NOTHING_CHANGED);
  return servers;
}

function undecided(servers: ReadonlyMap<string, readonly string[]>): Error {
  const listed = [...servers].map(([host, targets]) => `${host} (${targets.join(", ")})`);
  const [[host, [target]] = ["", [""]]] = servers;
  return fail("TARGET_REQUIRED", {
    message: `Cannot choose a server: the targets are on ${servers.size}: ${listed.join(", ")}`,
    hint: `Name a target ("--targets ${target}"), take all of them ("--all"), or name the server ("--server ${host}")`,
    details: { servers: Object.fromEntries(servers) },
  });
}
