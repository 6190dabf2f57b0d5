/**
 * The text of `registries.yaml`, read and changed: a map from registry to login, as the stock
 * daemon and people write it. Comments stay.
 *
 * @module
 */

import { isMap, type YAMLMap } from "yaml";
import { isHaloyError, type Location } from "../../core/errors.ts";
import { registryServer } from "../../wire/registry-logins.ts";
import { isNothing, quoted, StrictYaml } from "./strict-yaml.ts";

/** How a user name or a password stands in the file. */
export type Part =
  | { readonly value: string }
  /** A variable of haloyd's own environment. */
  | { readonly env: string }
  | { readonly encrypted: string };

/** A registry and its login. */
export interface StoredLogin {
  readonly registry: string;
  readonly username: Part;
  readonly password: Part;
  readonly at: Location;
}

const EMPTY = `# Logins of this server at registries, by "haloy server registry login".
# Passwords are encrypted with secret.key. Written by hand, "password: { value: … }" works, too,
# and "password: { from: { env: NAME } }" for a variable of haloyd's.
registries: {}
`;

const HINT = `Correct the file on the server, or remove it and log in again with "haloy server registry login"`;

/** The file's content. Keep one only from a read to its write. */
export class LoginsFile {
  readonly logins: readonly StoredLogin[];
  readonly #yaml: StrictYaml;
  /** The map's keys as they are written, by registry. */
  readonly #keys: Map<string, string> = new Map();

  /**
   * Read `text`; null: there is no file yet.
   *
   * @throws `SERVER_SETUP_INVALID` with the line of the first mistake.
   */
  constructor(path: string, text: string | null) {
    const yaml = new StrictYaml(path, text ?? EMPTY, HINT);
    this.#yaml = yaml;
    const { contents } = yaml.document;
    // A file that was cut off before its first line is not one without logins.
    if (contents === null) throw yaml.wrong(null, `it has no "registries:"`);
    const { registries } = yaml.fields(contents, "the file", ["registries"]);
    if (registries === undefined) throw yaml.wrong(null, `it has no "registries:"`);
    const entries = isNothing(registries) ? [] : yaml.entries(registries, `"registries"`);
    this.logins = entries.map(([key, node, keyNode]) => {
      const login = this.#login(key, node, keyNode);
      const { registry } = login;
      if (this.#keys.has(registry)) throw yaml.wrong(keyNode, `${registry} is there twice`);
      this.#keys.set(registry, key);
      return login;
    });
  }

  /** Add a login, or replace that of its registry. */
  put(registry: string, { username, encrypted }: { username: string; encrypted: string }): void {
    const entry = { server: registry, username: { value: username }, password: { encrypted } };
    const map = this.#map();
    const key = this.#keys.get(registry);
    if (key !== undefined && key !== registry) map.delete(key);
    map.set(registry, this.#yaml.document.createNode(entry));
  }

  /** Take a registry out. False when it is not there. */
  remove(registry: string): boolean {
    const key = this.#keys.get(registry);
    return key !== undefined && this.#map().delete(key);
  }

  /** Replace passwords in clear by what `encrypt` makes of them. */
  encryptPasswords(encrypt: (password: string) => string): void {
    const { document } = this.#yaml;
    for (const { registry, password } of this.logins) {
      const path = ["registries", this.#keys.get(registry), "password"];
      if (!("value" in password) || !document.hasIn([...path, "value"])) continue;
      document.setIn(path, document.createNode({ encrypted: encrypt(password.value) }));
    }
  }

  toString(): string {
    return this.#yaml.document.toString({ lineWidth: 0 });
  }

  #map(): YAMLMap {
    const { document } = this.#yaml;
    const found = document.get("registries");
    const map = isMap(found) ? found : (document.createNode({}) as YAMLMap);
    if (!isMap(found)) document.set("registries", map);
    if (map.items.length === 0) map.flow = false;
    return map;
  }

  #login(key: string, node: unknown, keyNode: unknown): StoredLogin {
    const yaml = this.#yaml;
    const registry = this.#registry(key, keyNode, `a key under "registries"`);
    const what = `the entry of ${registry}`;
    const { server, username, password } = yaml.fields(node, what, [
      "server",
      "username",
      "password",
    ]);
    if (server !== undefined && !isNothing(server)) {
      const name = `"server" of ${registry}`;
      if (this.#registry(yaml.text(server, name), server, name) !== registry) {
        throw yaml.wrong(server, `${name} is another registry`);
      }
    }
    if (username === undefined) throw yaml.wrong(keyNode, `${what} has no "username"`);
    if (password === undefined) throw yaml.wrong(keyNode, `${what} has no "password"`);
    return {
      registry,
      username: this.#part(username, `"username" of ${registry}`, ["value", "from"]),
      password: this.#part(password, `"password" of ${registry}`, ["value", "from", "encrypted"]),
      at: yaml.place(keyNode),
    };
  }

  #registry(written: string, node: unknown, what: string): string {
    try {
      return registryServer(written);
    } catch (error) {
      if (!isHaloyError(error)) throw error;
      throw this.#yaml.wrong(node, `${what} is not a registry, like "ghcr.io"`);
    }
  }

  #part(node: unknown, what: string, forms: readonly ("value" | "from" | "encrypted")[]): Part {
    const yaml = this.#yaml;
    const { value, from, encrypted } = yaml.fields(node, what, forms);
    if ([value, from, encrypted].filter((one) => one !== undefined).length !== 1) {
      throw yaml.wrong(node, `${what} must have one of ${quoted(forms)}`);
    }
    if (encrypted !== undefined) return { encrypted: yaml.text(encrypted, what) };
    if (value !== undefined) return { value: yaml.text(value, what) };
    const { env } = yaml.fields(from, `"from" of ${what}`, ["env"]);
    if (env === undefined) throw yaml.wrong(from, `"from" of ${what} must have "env"`);
    return { env: yaml.text(env, what) };
  }
}
