/**
 * From targets to connections: which server each one has, and the token for it.
 *
 * @module
 */

import type { Need } from "../core/config/resolve-env.ts";
import type { ServerConnection } from "../core/hooks.ts";
import { Secret } from "../core/secret.ts";
import { connect } from "./connection.ts";
import type { Connected, Opened, OpenTarget } from "./opened.ts";
import { NOTHING_CHANGED, Problems } from "./problems.ts";
import { configDirectory, findServer, findToken, ServerDirectory, serverUrl } from "./servers.ts";
import { findValues, tokenNeed, type Values } from "./values.ts";

/** What is needed for the API tokens of a run's targets, by target. */
export function tokenNeeds({ session, targets }: Opened): ReadonlyMap<string, Need> {
  const { locate } = session.loaded;
  return new Map(
    targets.flatMap((open): [string, Need][] => {
      const need = tokenNeed(open, (path) => locate(path, open.name));
      return need ? [[open.name, need]] : [];
    }),
  );
}

/**
 * Connect targets, with the values of their tokens. Contacts nobody yet. One without server or
 * token is a problem; one whose token has no value is left out, as that is a problem already.
 */
export async function connectWith(
  run: Opened,
  tokens: ReadonlyMap<string, Need>,
  values: Values,
  problems: Problems,
): Promise<Connected[]> {
  const connections = new Map<string, ServerConnection>();
  const connected: Connected[] = [];
  for (const open of run.targets) {
    const need = tokens.get(open.name);
    const token = need && values.get(need);
    if (need && token === undefined) continue;
    const server = await problems.collect(open.name, () =>
      connectOne(run, open, token, connections),
    );
    if (server) connected.push({ ...open, server });
  }
  return connected;
}

/**
 * Connect a run's targets for a question that needs no other values.
 *
 * @throws what is wrong with servers and tokens, of all targets at once.
 */
export async function connectAll(run: Opened): Promise<Connected[]> {
  const problems = new Problems(run.targets.length);
  const tokens = tokenNeeds(run);
  const values = await findValues(run, [...tokens.values()], problems);
  const connected = await connectWith(run, tokens, values, problems);
  problems.throwIfAny(NOTHING_CHANGED);
  return connected;
}

/** Targets with the same server and token share a connection. */
async function connectOne(
  { session, workspace }: Opened,
  { target, environment }: OpenTarget,
  configured: string | Secret | undefined,
  connections: Map<string, ServerConnection>,
): Promise<ServerConnection> {
  const directory = new ServerDirectory(configDirectory(session.env));
  const server = await findServer({ server: target.server, env: session.env, directory });
  const { token, source } = await findToken({
    server,
    apiToken: typeof configured === "string" ? new Secret(configured) : configured,
    configFile: session.loaded.file,
    env: environment.variables,
    files: environment.files,
    directory,
  });
  workspace.masker.add(token);
  const key = JSON.stringify([server, token.reveal()]);
  const known = connections.get(key);
  if (known) return known;
  const connection = connect({ url: serverUrl(server), token, tokenSource: source });
  connections.set(key, connection);
  return connection;
}
