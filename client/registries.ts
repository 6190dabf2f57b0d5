/**
 * Logins that servers keep for registries: given, listed and taken back, on one server or several.
 *
 * @module
 */

import type { RegistryLogin } from "../core/hooks.ts";
import {
  checkUsername,
  type RegistriesAnswer,
  type RegistryEntry,
  type RegistryLoginRequest,
  type RegistryLogoutRequest,
  registryServer,
} from "../wire/registry-logins.ts";
import type { ServerChoice } from "./chosen-servers.ts";
import { type OnServers, onServers, type ServersOptions } from "./on-servers.ts";

export { MAX_PASSWORD } from "../wire/registry-logins.ts";

/** A registry and who is logged in there. */
export interface RegistryUser {
  /** `host[:port]`; Docker Hub is `docker.io`. */
  readonly registry: string;
  readonly username: string;
}

/** A login as it was typed, checked: without asking anybody. Throws `REGISTRY_LOGIN_INVALID`. */
export function checkLogin(registry: string, username: string): Omit<RegistryLogin, "password"> {
  const login = { registry: registryServer(registry), username: username.trim() };
  checkUsername(login.registry, login.username);
  return login;
}

/** Have servers verify a login and keep it, for images without a login of their own. */
export async function logIn(
  choice: ServerChoice,
  { registry, username, password }: RegistryLogin,
  options: ServersOptions,
): Promise<OnServers<RegistryUser>> {
  const action = `log in to ${registry}`;
  return await onServers(
    choice,
    { ...options, action, secret: password },
    async (server, signal) => {
      const json: RegistryLoginRequest = {
        server: registry,
        username,
        password: password.reveal(),
      };
      const path = "/v1/registries/login";
      const answer = await server.json<RegistryEntry>(path, { method: "POST", json, signal });
      return userOf(answer);
    },
  );
}

/** Have servers forget their login. */
export async function logOut(
  choice: ServerChoice,
  written: string,
  options: ServersOptions,
): Promise<OnServers<{ readonly registry: string }>> {
  const registry = registryServer(written);
  const action = `log out of ${registry}`;
  return await onServers(choice, { ...options, action }, async (server, signal) => {
    const json: RegistryLogoutRequest = { server: registry };
    await server.request("/v1/registries/logout", { method: "POST", json, signal });
    return { registry };
  });
}

/** Where servers are logged in. */
export async function logins(
  choice: ServerChoice,
  options: ServersOptions,
): Promise<OnServers<readonly RegistryUser[]>> {
  const action = "list registries";
  return await onServers(choice, { ...options, action }, async (server, signal) => {
    const answer = await server.json<RegistriesAnswer>("/v1/registries", { signal });
    return (answer.registries ?? []).map(userOf);
  });
}

function userOf({ server, username }: RegistryEntry): RegistryUser {
  return { registry: server, username };
}
