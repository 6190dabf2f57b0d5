/**
 * Which server a command speaks to, and with which token.
 *
 * @module
 */

import { basename } from "node:path";
import { fail } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import { serverHost } from "./address.ts";
import {
  configDirectory,
  type Environment,
  type KnownServer,
  ServerDirectory,
} from "./server-directory.ts";

export { serverHost, serverUrl } from "./address.ts";
export { configDirectory, type Environment, type KnownServer, ServerDirectory };

/** A token and the words that say where it came from, for "the token came from …". */
export interface FoundToken {
  readonly token: Secret;
  readonly source: string;
}

/** What {@link findToken} looks at. */
export interface TokenSearch {
  readonly server: string;
  /** The config's `api_token`, resolved. */
  readonly apiToken?: Secret | undefined;
  /** The config file, for the source's name. Default `haloy.yaml`. */
  readonly configFile?: string | undefined;
  readonly env: Environment;
  /** The file that a variable of `env` comes from, where it comes from one. */
  readonly files?: ReadonlyMap<string, string>;
  readonly directory?: ServerDirectory;
}

/**
 * The token for a server: the config's own, else the one stored with `haloy server add`, else
 * `HALOY_API_TOKEN`. Variables are read from the environment first, then from the `.env` file
 * of the client's configuration. Throws `TOKEN_MISSING`.
 */
export async function findToken(search: TokenSearch): Promise<FoundToken> {
  const { apiToken, env, configFile = "haloy.yaml" } = search;
  if (apiToken && apiToken.reveal() !== "") {
    return { token: apiToken, source: `api_token in ${basename(configFile)}` };
  }
  const host = serverHost(search.server);
  const directory = search.directory ?? new ServerDirectory(configDirectory(env));
  const [servers, stored] = await Promise.all([directory.list(), directory.variables()]);
  const known = servers.find((server) => server.host === host);
  for (const name of [known?.tokenVariable, "HALOY_API_TOKEN"]) {
    if (name === undefined) continue;
    const fromEnvironment = env[name];
    if (fromEnvironment) {
      const file = search.files?.get(name);
      const source = file === undefined ? `the environment variable ${name}` : `${name} in ${file}`;
      return { token: new Secret(fromEnvironment), source };
    }
    const fromFile = stored[name];
    if (fromFile) {
      return { token: new Secret(fromFile), source: `${name} in ${directory.envFile}` };
    }
  }
  throw missing(host, known);
}

function missing(host: string, known: KnownServer | undefined): Error {
  return fail("TOKEN_MISSING", {
    message: known
      ? `Cannot log in to "${host}": its token's variable ${known.tokenVariable} is not set`
      : `Cannot log in to "${host}": no token for it is known`,
    hint: `Store the token with "haloy server add ${host} --token-stdin${known ? " --force" : ""}", or set HALOY_API_TOKEN`,
  });
}

/**
 * The host of the config's server, else of the only server stored with `haloy server add`.
 * Throws `SERVER_NOT_FOUND` when there is none or more than one.
 */
export async function findServer(search: {
  readonly server?: string | undefined;
  readonly env: Environment;
  readonly directory?: ServerDirectory;
}): Promise<string> {
  if (search.server !== undefined) return serverHost(search.server);
  const directory = search.directory ?? new ServerDirectory(configDirectory(search.env));
  const [first, ...others] = await directory.list();
  if (first && others.length === 0) return first.host;
  throw first
    ? fail("SERVER_NOT_FOUND", {
        message: `Cannot choose a server: the config names none, and you have ${[first, ...others].map(({ host }) => host).join(", ")}`,
        hint: `Write one of them as "server:" in the config`,
      })
    : fail("SERVER_NOT_FOUND", {
        message: "Cannot choose a server: the config names none, and you have added none",
        hint: `Add yours with "haloy server add <host> --token-stdin", or write "server:" in the config`,
      });
}
