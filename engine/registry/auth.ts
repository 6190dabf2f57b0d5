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

/** The header for a pull or a push. Without a login an empty one: 20.10 refuses a push without. */
export function registryAuth(login: RegistryLogin | null): { readonly "x-registry-auth": string } {
  const host = login && registryHost(login.registry);
  const auth = login && {
    username: login.username,
    password: login.password.reveal(),
    serveraddress: host === "docker.io" ? DOCKER_HUB : host,
  };
  const base64 = Buffer.from(JSON.stringify(auth ?? {})).toString("base64");
  // The alphabet for URLs, but padded: 20.10 reads no other.
  return { "x-registry-auth": base64.replaceAll("+", "-").replaceAll("/", "_") };
}
