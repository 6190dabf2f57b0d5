/**
 * Logins that this server keeps for registries, in `registries.yaml` in the data directory: for
 * images whose own configuration has none.
 *
 * @module
 */

import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fail, reasonOf } from "../core/errors.ts";
import type { RegistryLogin } from "../core/hooks.ts";
import { registryHost } from "../core/reference.ts";
import { Secret } from "../core/secret.ts";
import type { RegistryEntry } from "../wire/registry-logins.ts";
import { sync } from "./layers/durable.ts";
import { LoginsFile, type Part, type StoredLogin } from "./registries/logins-file.ts";
import type { Vault } from "./vault.ts";

/** What {@link Registries} needs. */
export interface RegistriesOptions {
  /** The file's path. Its directory is there. */
  readonly file: string;
  readonly vault: Vault;
  /** Where `from.env` of the file looks. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where a data directory has the file. */
export function registriesFile(dataDirectory: string): string {
  return join(dataDirectory, "registries.yaml");
}

/** What the file says. Throws `CONFIG_UNREADABLE`, or `SERVER_SETUP_INVALID` with the line. */
export async function readLogins(file: string): Promise<LoginsFile> {
  let text: string | null = null;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") {
      throw fail("CONFIG_UNREADABLE", {
        message: `Cannot read ${file}: ${reasonOf(cause)}`,
        hint: "It must be a file that haloyd's user may read",
        cause,
      });
    }
  }
  return new LoginsFile(file, text);
}

/**
 * The logins. Nothing is kept in memory, so that what somebody wrote into the file counts at once.
 * Every method throws `SERVER_SETUP_INVALID` for a file with a mistake in it, which stays as it is.
 */
export class Registries {
  readonly #options: RegistriesOptions;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: RegistriesOptions) {
    this.#options = options;
  }

  /** Registries and user names, sorted. A variable that is not set shows as `$NAME`. */
  async list(): Promise<RegistryEntry[]> {
    const { logins } = await this.#read();
    return logins
      .map(({ registry, username }) => ({ server: registry, username: this.#shown(username) }))
      .toSorted((a, b) => (a.server < b.server ? -1 : 1));
  }

  /**
   * The login for a registry, or null.
   *
   * @throws `ENV_MISSING` for a variable that haloyd does not have.
   */
  async find(registry: string): Promise<RegistryLogin | null> {
    const host = registryHost(registry);
    const { logins } = await this.#read();
    const stored = logins.find((login) => login.registry === host);
    if (!stored) return null;
    const username = this.#reveal(stored, stored.username);
    const password = new Secret(this.#reveal(stored, stored.password));
    return { registry: host, username, password, ofServer: true };
  }

  /** Keep a login, in place of the registry's older one. On the disk before this resolves. */
  async save({ registry, username, password }: RegistryLogin): Promise<void> {
    await this.#change((file) => {
      file.put(registry, { username, encrypted: this.#encrypt(password.reveal()) });
      return true;
    });
  }

  /** Forget a registry's login. False when there is none. */
  async remove(registry: string): Promise<boolean> {
    return await this.#change((file) => file.remove(registry));
  }

  /** One change at a time, each to what is in the file by then; written when `change` says so. */
  async #change(change: (file: LoginsFile) => boolean): Promise<boolean> {
    const mine = this.#writing.then(async () => {
      const file = await this.#read();
      if (!change(file)) return false;
      file.encryptPasswords((password) => this.#encrypt(password));
      await this.#write(file.toString());
      return true;
    });
    this.#writing = mine.catch(() => {});
    return await mine;
  }

  #read(): Promise<LoginsFile> {
    return readLogins(this.#options.file);
  }

  /** Whoever reads sees the old content or the new, also after a power failure. */
  async #write(content: string): Promise<void> {
    const { file } = this.#options;
    const temporary = `${file}.tmp`;
    try {
      // One that a crash left behind.
      await rm(temporary, { force: true });
      const handle = await open(temporary, "wx", 0o600);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
      await sync(dirname(file));
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {});
      throw fail("CONFIG_UNWRITABLE", {
        message: `Cannot write ${file}: ${reasonOf(cause)}`,
        hint: "Check the directory's owner and the free space on the server",
        cause,
      });
    }
  }

  #encrypt(password: string): string {
    return Buffer.from(this.#options.vault.seal(password)).toString("base64");
  }

  #shown(username: Part): string {
    if ("value" in username) return username.value;
    if (!("env" in username)) return "";
    return this.#options.env[username.env] || `$${username.env}`;
  }

  #reveal({ registry, at }: StoredLogin, part: Part): string {
    const { env, file, vault } = this.#options;
    if ("value" in part) return part.value;
    if ("env" in part) {
      const value = env[part.env];
      if (value) return value;
      throw fail("ENV_MISSING", {
        message: `Cannot log in to ${registry}: haloyd's environment has no ${part.env}, which ${file} names (line ${at.line})`,
        hint: `Set it where haloyd is started, or log in with "haloy server registry login ${registry}"`,
        at,
      });
    }
    try {
      return String(vault.open(Buffer.from(part.encrypted, "base64")));
    } catch (cause) {
      throw fail("SERVER_SETUP_INVALID", {
        message: `Cannot log in to ${registry}: its password in ${file} (line ${at.line}) is damaged, or was encrypted with another secret.key`,
        hint: `Log in again: "haloy server registry login ${registry} --username <name> --password-stdin"`,
        at,
        cause,
      });
    }
  }
}
