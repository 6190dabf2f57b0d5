/**
 * A target as it crosses the wire: the stock protocol's `targetConfig`, camelCase JSON.
 * Both ways: our client writes it, our daemon reads it from any client.
 *
 * @module
 */

import { z } from "zod";
import { appName, hostName, urlPath } from "../core/config/names.ts";
import { fail } from "../core/errors.ts";
import type { Choice, RegistryLogin, ResolvedImage } from "../core/hooks.ts";
import { parseReference, type Reference } from "../core/reference.ts";
import { Secret } from "../core/secret.ts";
import type { EnvEntry, Target } from "../core/target.ts";
import {
  containerFields,
  readContainerSettings,
  writeContainerSettings,
} from "./container-settings.ts";
import { registryField, writeLogin } from "./registry.ts";

export { capabilitiesFor } from "./container-settings.ts";

const source = z.looseObject({
  value: z.string().nullish(),
  from: z.looseObject({ env: z.string().nullish(), secret: z.string().nullish() }).nullish(),
});

const wireTarget = z.looseObject({
  name: appName,
  image: z.looseObject({
    repository: z.string().min(1),
    tag: z.string().nullish(),
    pullPolicy: z.enum(["", "always", "if_missing", "never"]).nullish(),
    history: z.looseObject({ strategy: z.string().min(1) }).nullish(),
    registry: registryField,
    build: z.boolean().nullish(),
    buildConfig: z.looseObject({ push: z.string().nullish() }).nullish(),
  }),
  deploymentStrategy: z.enum(["", "rolling", "replace"]).nullish(),
  domains: z
    .array(z.looseObject({ domain: hostName, aliases: z.array(hostName).nullish() }))
    .nullish(),
  env: z.array(z.looseObject({ name: z.string().min(1), ...source.shape })).nullish(),
  healthCheckPath: z.preprocess((path) => path || undefined, urlPath.optional()),
  minReadySeconds: z.int().min(0).max(600).nullish(),
  port: z.union([z.string(), z.number()]).nullish(),
  replicas: z.int().min(1).max(100).nullish(),
  ...containerFields,
});

/** A target read from the wire. */
export interface ReceivedTarget {
  readonly target: Target;
  /** The image reference to run. */
  readonly image: string;
  /** The client sent the image itself: no registry may replace it. */
  readonly pushed: boolean;
  readonly history: Choice;
}

/**
 * Read a `targetConfig`.
 *
 * @throws `API_REQUEST_INVALID` naming the field.
 */
export function readTarget(json: unknown): ReceivedTarget {
  const parsed = wireTarget.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`targetConfig.${issue?.path.join(".")}: ${issue?.message}`);
  }
  const wire = parsed.data;
  const { repository, tag, pullPolicy, history, registry, build, buildConfig } = wire.image;
  const port = Number(wire.port ?? 8080);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw invalid(`targetConfig.port: "${wire.port}" is not a port`);
  }
  checkDomains(wire.domains ?? []);
  const built = build === true || (build !== false && buildConfig != null);
  const image = withTag(repository, tag || null);
  const target: Target = {
    name: wire.name,
    image: {
      repository: image,
      pullPolicy: pullPolicy || "always",
      history: (history ?? { strategy: "local" }) as Choice,
      ...(registry ? { registry } : {}),
    },
    port,
    domains: (wire.domains ?? []).map(({ domain, aliases }) => ({
      domain,
      aliases: aliases ?? [],
    })),
    env: (wire.env ?? []).map(({ name, value, from }) => readEntry(name, value, from)),
    replicas: wire.replicas ?? 1,
    healthCheckPath: wire.healthCheckPath ?? "/",
    minReadySeconds: wire.minReadySeconds ?? 0,
    deploymentStrategy: wire.deploymentStrategy || "rolling",
    preDeploy: [],
    postDeploy: [],
    ...readContainerSettings(wire),
  };
  checkNaming(target);
  return {
    target,
    image,
    pushed: built && buildConfig?.push !== "registry",
    history: (history ?? { strategy: "local" }) as Choice,
  };
}

/** What {@link writeTarget} needs besides the target. */
export interface WriteOptions {
  readonly image: Pick<ResolvedImage, "reference" | "pullPolicy" | "history"> & {
    readonly pushed: boolean;
  };
  /** Resolved values; absent: the entries as written, so that references stay references. */
  readonly env?: readonly { readonly name: string; readonly value: string | Secret }[];
  /** Resolved; absent: `image.registry` as written. Null: none. */
  readonly login?: RegistryLogin | null;
}

/** The `targetConfig` of a target, with nothing in it that a stock haloyd would reject. */
export function writeTarget(target: Target, { image, env, login }: WriteOptions): object {
  const { repository, tag } = splitTag(image.reference);
  const { strategy, ...options } = image.history;
  // What was sent by us is never pulled: nobody there needs a login.
  const registry = login === undefined ? target.image?.registry : login && writeLogin(login);
  return {
    name: target.name,
    image: {
      repository,
      ...(tag === null ? {} : { tag }),
      pullPolicy: image.pullPolicy,
      history: { strategy, ...(strategy === "local" ? { count: 6 } : {}), ...options },
      ...(image.pushed ? { build: true, buildConfig: { push: "server" } } : {}),
      ...(registry && !image.pushed ? { registry } : {}),
    },
    server: target.server ?? "",
    deploymentStrategy: target.deploymentStrategy,
    domains: target.domains,
    env:
      env?.map(({ name, value }) => ({
        name,
        value: value instanceof Secret ? value.reveal() : value,
      })) ?? target.env,
    healthCheckPath: target.healthCheckPath,
    minReadySeconds: target.minReadySeconds,
    port: String(target.port),
    replicas: target.replicas,
    ...writeContainerSettings(target),
  };
}

function readEntry(
  name: string,
  value: string | null | undefined,
  from: { env?: string | null | undefined; secret?: string | null | undefined } | null | undefined,
): EnvEntry {
  if (from?.env) return { name, from: { env: from.env } };
  if (from?.secret) return { name, from: { secret: from.secret } };
  return { name, value: value ?? "" };
}

/** There is only one container of a name, and a name has two characters or more (Docker). */
function checkNaming({ name, namingStrategy, deploymentStrategy, replicas }: Target): void {
  if (namingStrategy !== "static") return;
  if (deploymentStrategy !== "replace" || replicas > 1) {
    throw invalid(
      `targetConfig.namingStrategy: "static" needs the deploymentStrategy "replace" and one replica`,
    );
  }
  if (name.length < 2) {
    throw invalid(
      `targetConfig.name: must have two characters or more with the namingStrategy "static"`,
    );
  }
}

/** The router refuses all routes of all apps when a host name is there twice. */
function checkDomains(
  domains: readonly { domain: string; aliases?: readonly string[] | null | undefined }[],
): void {
  const seen = new Set<string>();
  for (const name of domains.flatMap(({ domain, aliases }) => [domain, ...(aliases ?? [])])) {
    if (seen.has(name)) throw invalid(`targetConfig.domains: "${name}" is there twice`);
    seen.add(name);
  }
}

function withTag(repository: string, tag: string | null): string {
  const parsed = parse(repository, "repository");
  const named = parsed.tag ?? parsed.digest;
  if (named !== null) {
    if (tag === null || tag === named) return repository;
    throw invalid(
      `targetConfig.image.tag: "${tag}", but the repository "${repository}" says which image already`,
    );
  }
  const reference = `${repository}:${tag ?? "latest"}`;
  parse(reference, "tag");
  return reference;
}

function parse(reference: string, field: "repository" | "tag"): Reference {
  const parsed = parseReference(reference);
  if ("problem" in parsed) throw invalid(`targetConfig.image.${field}: ${parsed.problem}`);
  return parsed;
}

function splitTag(reference: string): { repository: string; tag: string | null } {
  const parsed = parseReference(reference);
  if ("problem" in parsed || parsed.digest !== null || parsed.tag === null) {
    return { repository: reference, tag: null };
  }
  return { repository: reference.slice(0, -(parsed.tag.length + 1)), tag: parsed.tag };
}

function invalid(message: string): Error {
  return fail("API_REQUEST_INVALID", {
    message: `Cannot read the request: ${message}`,
    hint: "Are client and haloyd of versions that belong together?",
    details: { status: 400 },
  });
}
