/**
 * Credentials for a registry as an engine takes them: in a header of the one request that needs
 * them, so that they are on no command line and in no file.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { RegistryLogin } from "../../core/hooks.ts";
import { registryHost } from "../../core/reference.ts";

/** What engines call Docker Hub. containerd's image store sends nothing where the name differs. */
const DOCKER_HUB = "https://index.docker.io/v1/";

/** A login as engines take it: the password in clear. */
export interface AuthConfig {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

/** The login for a request's header or body. */
export function authConfig({ registry, username, password }: RegistryLogin): AuthConfig {
  const host = registryHost(registry);
  const serveraddress = host === "docker.io" ? DOCKER_HUB : host;
  return { username, password: password.reveal(), serveraddress };
}

/** The header for a pull or a push. Without a login an empty one: 20.10 refuses a push without. */
export function registryAuth(login: RegistryLogin | null): { readonly "x-registry-auth": string } {
  const auth = login ? authConfig(login) : {};
  const base64 = Buffer.from(JSON.stringify(auth)).toString("base64");
  // The alphabet for URLs, but padded: 20.10 reads no other.
  return { "x-registry-auth": base64.replaceAll("+", "-").replaceAll("/", "_") };
}
