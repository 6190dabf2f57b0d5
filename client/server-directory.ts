/**
 * The servers this computer knows and their API tokens: `client.yaml` names them, the tokens
 * are in the `.env` beside it. Both are the stock Haloy CLI's formats.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import { z } from "zod";
import { fail, reasonOf } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";
import { serverHost } from "./address.ts";
import { envVariables, withVariable } from "./env-file.ts";
import { writeWholeFiles } from "./whole-files.ts";

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A server that `haloy server add` has stored. */
export interface KnownServer {
  /** As {@link serverHost} writes it. */
  readonly host: string;
  /** The environment variable that holds the token. */
  readonly tokenVariable: string;
}

const clientConfig = z.looseObject({
  servers: z.record(z.string(), z.looseObject({ token_env: z.string().min(1) })).nullish(),
});

/** The directory of the client's configuration: `$HALOY_CONFIG_DIR` or `~/.config/haloy`. */
export function configDirectory(env: Environment): string {
  return env.HALOY_CONFIG_DIR || join(env.HOME || homedir(), ".config", "haloy");
}

/** `HALOY_API_TOKEN_` and the host in upper case, as the stock CLI names it. */
function variableName(host: string): string {
  return `HALOY_API_TOKEN_${host.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}`;
}

/** The stored servers. Reads the files at each call and keeps nothing. */
export class ServerDirectory {
  readonly #client: string;
  /** The `.env` file with the tokens. */
  readonly envFile: string;

  constructor(directory: string) {
    this.#client = join(directory, "client.yaml");
    this.envFile = join(directory, ".env");
  }

  /** All servers, by host name. Throws `CONFIG_INVALID` or `CONFIG_UNREADABLE`. */
  async list(): Promise<KnownServer[]> {
    const { servers } = await this.#load();
    return servers
      .map(({ host, tokenVariable }) => ({ host, tokenVariable }))
      .toSorted((a, b) => (a.host < b.host ? -1 : 1));
  }

  /**
   * Store a server and its token. Throws `SERVER_KNOWN` for a host that is there already, unless
   * `force` is set, and `TOKEN_INVALID` for what cannot be a token; then nothing is changed.
   */
  async add(
    server: string,
    token: Secret,
    { force = false }: { readonly force?: boolean } = {},
  ): Promise<KnownServer> {
    const host = serverHost(server);
    const { document, servers } = await this.#load();
    const known = servers.find((other) => other.host === host);
    if (known && !force) {
      throw fail("SERVER_KNOWN", {
        message: `Cannot add "${host}": it is there already`,
        hint: `Replace its token with "haloy server add ${host} --force --token-stdin"`,
      });
    }
    if (!/^[\x21-\x7e]+$/.test(token.reveal()) || /['"`]/.test(token.reveal())) {
      throw fail("TOKEN_INVALID", {
        message: `Cannot store the token for "${host}": it is empty, or has spaces, quotation marks or letters beyond ASCII`,
        hint: `Copy the token that "haloyd init" printed on the server`,
      });
    }
    const tokenVariable = known?.tokenVariable ?? freeName(host, servers);
    if (!known)
      document.setIn(["servers", host], document.createNode({ token_env: tokenVariable }));
    await this.#save(document, await this.#env(), tokenVariable, token.reveal());
    return { host, tokenVariable };
  }

  /** Forget a server and its token. Throws `SERVER_NOT_FOUND`. */
  async delete(server: string): Promise<KnownServer> {
    const host = serverHost(server);
    const { document, servers } = await this.#load();
    const known = servers.find((other) => other.host === host);
    if (!known) {
      throw fail("SERVER_NOT_FOUND", {
        message: `Cannot delete "${host}": it is not among your servers`,
        hint: `See them with "haloy server list"`,
      });
    }
    document.deleteIn(["servers", known.written]);
    const shared = servers.some(
      (other) => other !== known && other.tokenVariable === known.tokenVariable,
    );
    const text = await this.#env();
    await this.#save(document, text, shared ? null : known.tokenVariable, null);
    return { host, tokenVariable: known.tokenVariable };
  }

  /** The variables of the `.env` file. Empty when there is none. */
  async variables(): Promise<Environment> {
    return envVariables(await this.#env(), this.envFile);
  }

  async #load(): Promise<{
    readonly document: Document;
    /** With the key as it stands in the file, which may be in upper case. */
    readonly servers: (KnownServer & { readonly written: string })[];
  }> {
    const document = parseDocument(await readText(this.#client));
    const [broken] = document.errors;
    if (broken) throw this.#invalid(broken.message, broken.linePos?.[0]);
    if (document.contents === null) document.contents = document.createNode({}) as never;
    const parsed = clientConfig.safeParse(document.toJS());
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw this.#invalid(`${issue?.path.join(".")}: ${issue?.message}`);
    }
    if (!isMap(document.get("servers"))) document.set("servers", document.createNode({}));
    const servers = Object.entries(parsed.data.servers ?? {}).map(([written, entry]) => ({
      host: serverHost(written),
      tokenVariable: entry.token_env,
      written,
    }));
    return { document, servers };
  }

  #env(): Promise<string> {
    return readText(this.envFile);
  }

  async #save(
    document: Document,
    env: string,
    variable: string | null,
    value: string | null,
  ): Promise<void> {
    const files = [{ path: this.#client, content: document.toString() }];
    if (variable !== null) {
      files.unshift({ path: this.envFile, content: withVariable(env, variable, value) });
    }
    try {
      await writeWholeFiles(files, { secret: true });
    } catch (cause) {
      throw fail("CONFIG_UNWRITABLE", {
        message: `Cannot write ${files.map(({ path }) => path).join(" and ")}: ${reasonOf(cause)}`,
        hint: `Check the directory's owner and the free space, or set HALOY_CONFIG_DIR`,
        cause,
      });
    }
  }

  #invalid(problem: string, at?: { readonly line: number; readonly col: number }): Error {
    const file = this.#client;
    return fail("CONFIG_INVALID", {
      message: `Cannot use ${file}: ${problem}`,
      hint: `Correct the file, or remove it and add your servers again with "haloy server add"`,
      at: at ? { file, line: at.line, column: at.col } : { file },
    });
  }
}

/** Hosts that differ only in punctuation would share one name, so the second gets a number. */
function freeName(host: string, servers: readonly KnownServer[]): string {
  const taken = new Set(servers.map(({ tokenVariable }) => tokenVariable));
  const name = variableName(host);
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) {
    if (!taken.has(`${name}_${number}`)) return `${name}_${number}`;
  }
}

/** A file's text; empty when there is no file. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw fail("CONFIG_UNREADABLE", {
      message: `Cannot read ${path}: ${reasonOf(cause)}`,
      hint: `Check the owner and the permissions of the file`,
      cause,
    });
  }
}
