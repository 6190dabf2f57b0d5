/**
 * What a pull or a push fails with: the engine's words, which differ from version to version,
 * turned into one error each for what a person has to do about it.
 *
 * @module
 */

import { type ErrorCode, fail, type HaloyError } from "../../core/errors.ts";
import type { RegistryLogin } from "../../core/hooks.ts";
import { parseReference, printReference, registryHost, registryOf } from "../../core/reference.ts";
import { Masker } from "../../core/secret.ts";

/** A pull or a push. */
export interface Attempt {
  readonly action: "pull" | "push";
  readonly reference: string;
  readonly login: RegistryLogin | null;
}

/** What can be wrong. */
export type Trouble =
  | "denied"
  | "login"
  | "missing"
  | "platform"
  | "rate"
  | "tls"
  | "unreachable"
  | "unknown";

/** Words of engines from 20.10 to 28, of both image stores. The first that is found counts. */
const WORDS: readonly (readonly [Trouble, RegExp])[] = [
  ["platform", /no matching manifest|no match for platform|not match the specified platform/],
  ["rate", /toomanyrequests|429 too many requests|rate limit/],
  ["login", /no basic auth credentials|\bunauthorized\b|incorrect username or password/],
  ["denied", /\bdenied\b|\bforbidden\b|insufficient_scope|authorization failed/],
  [
    "unreachable",
    /dial tcp|connection re(?:fused|set)|no such host|time(?:d )?out|deadline|\beof\b|network is unreachable|broken pipe|\b5\d\d (?:internal|bad|service|gateway)/,
  ],
  ["tls", /x509|\btls\b|certificate|http response to https client/],
  ["missing", /manifest unknown|name unknown|name not known|not found|does not exist/],
];

/** The error for what an engine said of a pull or a push. Never holds the password. */
export function registryRefusal(attempt: Attempt, said: string): HaloyError {
  const { action, reference, login } = attempt;
  const registry = registryHost(registryOf(reference));
  const masker = new Masker();
  if (login) masker.add(login.password);
  const trouble = troubleOf(attempt, said);
  const [code, state, hint] = explain(trouble, attempt, registry);
  return fail(code, {
    message: `Cannot ${action} "${reference}": ${state}: ${masker.mask(said.trim()) || "no reason given"}`,
    hint,
  });
}

function troubleOf({ reference }: Attempt, said: string): Trouble {
  return troubleIn(said.replace(namePattern(reference), ""));
}

/** What an engine means. Names of the caller's own, which are no news, are taken out before. */
export function troubleIn(said: string): Trouble {
  // An image may be called "denied". Addresses and references hold names.
  const words = said.replace(/"[^"]*"|https?:\/\/\S+/g, "").toLowerCase();
  return WORDS.find(([, pattern]) => pattern.test(words))?.[0] ?? "unknown";
}

/** Finds the image's name with any tag or digest. */
function namePattern(reference: string): RegExp {
  const parsed = parseReference(reference);
  const name =
    "problem" in parsed ? reference : printReference({ ...parsed, tag: null, digest: null });
  return new RegExp(`${name.replace(/\W/g, "\\$&")}(?:@|:(?=\\w))[\\w.:-]*[\\w]`, "g");
}

function explain(
  trouble: Trouble,
  { action, reference, login }: Attempt,
  registry: string,
): readonly [ErrorCode, state: string, hint: string] {
  const pulls = action === "pull";
  const machine = pulls ? "the server" : "this computer";
  const failed = pulls ? "IMAGE_PULL_FAILED" : "IMAGE_PUSH_FAILED";
  switch (trouble) {
    case "login":
      return login
        ? [
            "REGISTRY_UNAUTHORIZED",
            `${registry} does not accept the user name and password`,
            renew(action, registry, login),
          ]
        : ["REGISTRY_UNAUTHORIZED", `${registry} asks for a login`, provide(action, registry)];
    case "denied":
      return ["REGISTRY_DENIED", `${registry} does not allow it`, denied(action, reference, login)];
    case "rate":
      return [
        "REGISTRY_RATE_LIMITED",
        `${registry} has had too many requests`,
        `${login ? "Wait until the limit has passed, then try again" : `Wait until the limit has passed, or for a higher one give a login: ${provide(action, registry)}`}${pulls ? `; pull_policy "if_missing" asks less often` : ""}`,
      ];
    case "missing":
      return pulls
        ? [
            "IMAGE_NOT_FOUND",
            `${registry} does not have it`,
            "Correct repository and tag, or push the image first",
          ]
        : [
            failed,
            `${registry} has no such repository`,
            `Make the repository at ${registry} first`,
          ];
    case "platform":
      return [
        "IMAGE_PLATFORM_MISMATCH",
        `${registry} does not have it for the server's platform`,
        `Build it for that platform, too: "platform" under "image: build_config:"`,
      ];
    case "tls":
      return [
        "REGISTRY_TLS_FAILED",
        `there is no secure connection to ${registry}`,
        `On ${machine}, put the registry's CA into /etc/docker/certs.d/${registry}/ca.crt, or if it speaks plain HTTP add it to "insecure-registries" in /etc/docker/daemon.json`,
      ];
    case "unreachable":
      return [
        "REGISTRY_UNREACHABLE",
        `${registry} does not answer as it should`,
        `Is it up, and does ${machine} reach it? "curl -i https://${registry === "docker.io" ? "registry-1.docker.io" : registry}/v2/" shows it. Then try again`,
      ];
    case "unknown":
      return [
        failed,
        `the Docker Engine gave up on ${registry}`,
        `"docker ${action} ${reference}" on ${machine} may say more`,
      ];
  }
}

/** How to correct a login. */
function renew(action: Attempt["action"], registry: string, { ofServer }: RegistryLogin): string {
  const wanted =
    registry === "docker.io"
      ? "Docker Hub wants the user name, not the e-mail address, and an access token that has not expired"
      : "the password or token may have expired";
  if (ofServer) return `Log in again with "haloy server registry login ${registry}": ${wanted}`;
  const instead =
    action === "pull"
      ? `. Without it, the server's own login counts: see "haloy server registry list"`
      : "";
  return `Correct "image.registry" in the config: ${wanted}${instead}`;
}

/** How to give a login where there is none. */
function provide(action: Attempt["action"], registry: string): string {
  const inConfig = `"registry" with "username" and "password" under "image" in the config`;
  return action === "push"
    ? `Write ${inConfig}`
    : `"haloy server registry login ${registry}" for all apps of the server, or ${inConfig}`;
}

function denied(action: Attempt["action"], reference: string, login: RegistryLogin | null): string {
  const parsed = parseReference(reference);
  const repository = "problem" in parsed ? reference : parsed.repository;
  if (action === "push" && registryOf(reference) === "docker.io" && !repository.includes("/")) {
    return `Write the registry or your Docker Hub user name in front of the repository: "your-name/${repository}"`;
  }
  const right = action === "push" ? "write to" : "read";
  return login
    ? `The user needs the right to ${right} "${repository}". Some registries also say this of a wrong password or of a name that does not exist`
    : `Correct the name, or if the image is private give a login that may ${right} it: ${provide(action, registryHost(registryOf(reference)))}`;
}
