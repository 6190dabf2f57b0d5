/**
 * Logins that a server keeps for registries: the stock protocol's `/v1/registries` routes, and
 * what both sides can tell to be wrong without asking a registry.
 *
 * @module
 */

import { fail } from "../core/errors.ts";
import { parseReference, registryHost } from "../core/reference.ts";

/** A login without its password. */
export interface RegistryEntry {
  /** `host[:port]`; Docker Hub is `docker.io`. */
  readonly server: string;
  readonly username: string;
}

/** `GET /v1/registries`, sorted by `server`. */
export interface RegistriesAnswer {
  readonly registries: readonly RegistryEntry[];
}

/** `POST /v1/registries/login`. The answer is a {@link RegistryEntry}. */
export interface RegistryLoginRequest extends RegistryEntry {
  readonly password: string;
}

/** `POST /v1/registries/logout`. The answer is empty. */
export type RegistryLogoutRequest = Pick<RegistryEntry, "server">;

/** Longer passwords are no passwords: a key file of Google's has 2,400 characters. */
export const MAX_PASSWORD: number = 64 * 1024;

/**
 * The one way to write a registry: lower case, no scheme, no path, `docker.io` for all of Docker
 * Hub's names.
 *
 * @throws `REGISTRY_LOGIN_INVALID` when no image reference leads there.
 */
export function registryServer(written: string): string {
  if (written.includes("@")) {
    // What stands before it may be a password, so it is not shown.
    throw invalid(
      "Cannot use this as a registry: it has an @ in it, and a user name or a password is not part of it",
      `Write only the registry, like "docker.io" or "ghcr.io"`,
    );
  }
  const registry = registryHost(written);
  const path = /^(?:https?:\/\/)?[^/]*\/+(.*?)\/*$/i.exec(written.trim())?.[1] ?? "";
  if (!/^(?:v\d+)?$/i.test(path)) {
    throw invalid(
      `Cannot use "${written}" as a registry: a login is for all of a registry, not for "${path}" alone`,
      `Write "${registry}"`,
    );
  }
  const parsed = parseReference(`${registry}/image`);
  if (!("problem" in parsed) && parsed.registry === registry) return registry;
  throw invalid(
    `Cannot use "${written}" as a registry: it is not a host name that an image reference can begin with`,
    `Write it like "docker.io", "ghcr.io" or "localhost:5000"`,
  );
}

/** Refuse user names that no registry has. Throws `REGISTRY_LOGIN_INVALID`. */
export function checkUsername(registry: string, username: string): void {
  const about = `Cannot log in to ${registry}`;
  if (username.trim() === "")
    throw invalid(`${about}: the user name is empty`, "Write your user name");
  if (/[:\p{Cc}]/u.test(username)) {
    throw invalid(
      `${about}: a user name has no colons and no line breaks in it`,
      "Write only the user name",
    );
  }
  if (registry === "docker.io" && username.includes("@")) {
    throw invalid(
      `${about}: "${username}" is an e-mail address, and Docker Hub wants your user name`,
      `It is the first part of your images' names, and at the top right of hub.docker.com`,
    );
  }
}

function invalid(message: string, hint: string): Error {
  return fail("REGISTRY_LOGIN_INVALID", { message, hint });
}
