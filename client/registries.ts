/**
 * Logins that servers keep for registries: given, listed and taken back, on one server or several.
 *
 * @module
 */

import { type ErrorJson, errorFromJson, errorJson, fail, type HaloyError } from "../core/errors.ts";
import type { RegistryLogin, ServerConnection } from "../core/hooks.ts";
import type { Secret } from "../core/secret.ts";
import {
  checkUsername,
  type RegistriesAnswer,
  type RegistryEntry,
  type RegistryLoginRequest,
  type RegistryLogoutRequest,
  registryServer,
} from "../wire/registry-logins.ts";
import { chosenServers, type ServerChoice } from "./chosen-servers.ts";
import { startRun } from "./run.ts";
import type { Environment } from "./servers.ts";

/** How a command runs. */
export interface RegistryOptions {
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** What one server did. */
export interface OnServer<Answer> {
  /** The server's URL. */
  readonly server: string;
  readonly targets: readonly string[];
  readonly answer: Answer;
}

/** A registry and who is logged in there. */
export interface RegistryUser {
  /** `host[:port]`; Docker Hub is `docker.io`. */
  readonly registry: string;
  readonly username: string;
}

/** A server that failed, and why. */
export interface FailedServer extends Omit<OnServer<unknown>, "answer"> {
  readonly error: ErrorJson;
}

/** What became of `action` on each server. */
export interface OnServers<Answer> {
  /** After "Cannot": `log in to ghcr.io`. */
  readonly action: string;
  readonly done: readonly OnServer<Answer>[];
  readonly failed: readonly FailedServer[];
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
  options: RegistryOptions,
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
  options: RegistryOptions,
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
  options: RegistryOptions,
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

/** The failure of servers as one error. Null: none failed. */
export function failureOf({ action, done, failed }: OnServers<unknown>): HaloyError | null {
  const [first] = failed;
  if (!first) return null;
  if (failed.length + done.length === 1) return errorFromJson(first.error);
  const lines = failed.map(
    ({ server, error }) => `- ${server}: ${error.message.replaceAll("\n", "\n  ")}`,
  );
  const others = done.map(({ server }) => server).join(", ");
  return fail(first.error.code, {
    message: `Cannot ${action} on ${failed.length} of ${failed.length + done.length} servers:\n${lines.join("\n")}${others && `\nDone on ${others}`}`,
    hint: failed.map(({ error }) => error.hint).find(Boolean),
    details: { done, failed },
  });
}

/** Do `work` on all servers at once. A failure on one does not stop it on the others. */
async function onServers<Answer>(
  choice: ServerChoice,
  { env, signal, action, secret }: RegistryOptions & { action: string; secret?: Secret },
  work: (server: ServerConnection, signal: AbortSignal) => Promise<Answer>,
): Promise<OnServers<Answer>> {
  const nobody = () => ({ names: [], leftOut: [], apps: [] });
  return await startRun("status", nobody, { signal }, async (workspace) => {
    if (secret) workspace.masker.add(secret);
    const done: OnServer<Answer>[] = [];
    const failed: FailedServer[] = [];
    const servers = await chosenServers(choice, workspace, env);
    const settled = await Promise.allSettled(
      servers.map(({ connection }) => work(connection, workspace.signal)),
    );
    workspace.signal.throwIfAborted();
    for (const [index, { connection, targets }] of servers.entries()) {
      const about = { server: connection.url, targets };
      const result = settled[index];
      if (result?.status === "fulfilled") done.push({ ...about, answer: result.value });
      else failed.push({ ...about, error: errorJson(result?.reason) });
    }
    return workspace.masker.maskData({ action, done, failed });
  });
}
