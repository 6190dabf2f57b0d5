/**
 * Whether a registry accepts a login, asked by an engine: it is the engine that will pull, with
 * its own network, its own trust and its own settings.
 *
 * @module
 */

import { text } from "node:stream/consumers";
import { type ErrorCode, fail, type HaloyError } from "../../core/errors.ts";
import type { RegistryLogin } from "../../core/hooks.ts";
import { Masker } from "../../core/secret.ts";
import type { EngineClient } from "../client.ts";
import { authConfig } from "./auth.ts";
import { type Trouble, troubleIn } from "./refusal.ts";

/** Longest wait for an answer (milliseconds). Engines wait 15 s for each of a registry's. */
const PATIENCE_MS = 30_000;
/** Statuses with which engines pass on what a registry said. */
const REFUSALS = [400, 401, 403, 404, 429, 500, 502, 503, 504] as const;

/**
 * Have the engine log in. Resolves when the registry accepts the login, or wants none.
 *
 * @throws `REGISTRY_UNAUTHORIZED`, `REGISTRY_DENIED`, `REGISTRY_RATE_LIMITED`,
 * `REGISTRY_TLS_FAILED`, `REGISTRY_UNREACHABLE`, `REGISTRY_LOGIN_FAILED`; `ENGINE_UNREACHABLE`.
 */
export async function verifyLogin(engine: EngineClient, login: RegistryLogin): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const said = await ask(engine, login, signal).catch((error) => {
    if (!signal.aborted) throw error;
    return `timed out after ${PATIENCE_MS / 1000} s`;
  });
  if (said !== null) throw loginRefusal(login, said);
}

/** What the engine says against the login. Null: nothing. */
async function ask(
  engine: EngineClient,
  login: RegistryLogin,
  signal: AbortSignal,
): Promise<string | null> {
  const json = authConfig(login);
  const options = { method: "POST", json, expect: REFUSALS, signal } as const;
  const answer = await engine.stream("/auth", options);
  const body = await text(answer);
  return (answer.statusCode ?? 0) < 300 ? null : messageIn(body);
}

/** The error for what an engine said of a login. Never holds the password. */
export function loginRefusal(
  { registry, username, password }: RegistryLogin,
  said: string,
): HaloyError {
  const masker = new Masker();
  masker.add(password);
  const [code, state, hint] = explain(troubleIn(said.replaceAll(registry, "")), registry, username);
  return fail(code, {
    message: `Cannot log in to ${registry}: ${state}: ${masker.mask(said.trim()) || "no reason given"}`,
    hint: `${hint}. Nothing was saved`,
  });
}

function explain(
  trouble: Trouble,
  registry: string,
  username: string,
): readonly [ErrorCode, state: string, hint: string] {
  const url = `https://${registry === "docker.io" ? "registry-1.docker.io" : registry}/v2/`;
  switch (trouble) {
    case "login":
      return [
        "REGISTRY_UNAUTHORIZED",
        `it does not accept the user name "${username}" with this password`,
        registry === "docker.io"
          ? "Use your Docker Hub user name, not the e-mail address, and an access token that has not expired"
          : "Correct the user name, or make a new token: it may have expired",
      ];
    case "denied":
      return [
        "REGISTRY_DENIED",
        `it does not let "${username}" in`,
        "The user or the token needs the right to read images there",
      ];
    case "rate":
      return [
        "REGISTRY_RATE_LIMITED",
        "it has had too many requests",
        "Wait until its limit has passed, then try again",
      ];
    case "tls":
      return [
        "REGISTRY_TLS_FAILED",
        "the server has no secure connection to it",
        `On the server, put the registry's CA into /etc/docker/certs.d/${registry}/ca.crt, or if it speaks plain HTTP add it to "insecure-registries" in /etc/docker/daemon.json`,
      ];
    case "missing":
    case "unreachable":
      return [
        "REGISTRY_UNREACHABLE",
        trouble === "missing" ? "there is no registry" : "the server does not reach it",
        `Is the name right? "curl -i ${url}" on the server shows what is there`,
      ];
    case "platform":
    case "unknown":
      return [
        "REGISTRY_LOGIN_FAILED",
        "the server's Docker Engine did not manage it",
        `"docker login ${registry}" on the server may say more`,
      ];
  }
}

function messageIn(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body;
  }
}
