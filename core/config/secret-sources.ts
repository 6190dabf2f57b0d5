/**
 * Which source a secret reference means: `provider:source:key`, or a key alone where the config
 * has only one source.
 *
 * @module
 */

import { fail, type HaloyError, type Location } from "../errors.ts";
import { parseSecretReference } from "./secret-reference.ts";

/** What a provider is asked for: values of one of its sources. */
export interface SourceRequest {
  readonly source: string;
  readonly keys: readonly string[];
  /** What the config says about the source under `secret_providers`. */
  readonly options: unknown;
  /** Absolute path that relative paths in the options start from. */
  readonly directory: string;
}

/** A secret's place. */
export interface SecretPlace {
  readonly provider: string;
  readonly source: string;
  readonly key: string;
  /** The source's options. */
  readonly options: unknown;
}

type Providers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Where a secret is, or what is wrong with its reference. */
export function findSource(
  reference: string,
  {
    entry: { name },
    at,
  }: { readonly entry: { readonly name: string }; readonly at?: Location | undefined },
  { secretProviders }: { readonly secretProviders: Providers },
): SecretPlace | HaloyError {
  const parsed = parseSecretReference(reference);
  if (!parsed) {
    return fail("CONFIG_INVALID", {
      message: `Cannot resolve "${name}": its secret must look like "provider:source:key"`,
      hint: "Correct the reference in the config",
      at,
    });
  }
  const { provider, source, key } = parsed;
  if (provider !== null && source !== null) {
    return { provider, source, key, options: own(own(secretProviders, provider), source) };
  }
  const sources = Object.entries(secretProviders).flatMap(([provider, sources]) =>
    Object.keys(sources).map((source) => ({ provider, source })),
  );
  const [only, ...others] = sources;
  if (only && others.length === 0) {
    return { ...only, key, options: own(own(secretProviders, only.provider), only.source) };
  }
  const full = sources.map((one) => `"${one.provider}:${one.source}:${key}"`);
  return fail("SECRET_NOT_FOUND", {
    message: only
      ? `Cannot tell which secret "${key}" is meant for "${name}": "secret_providers" has ${sources.length} sources`
      : `Cannot find the secret "${key}" for "${name}": "secret_providers" has no source`,
    hint: only
      ? `Write it in full: ${full.join(" or ")}`
      : `Add the source under "secret_providers", and write the secret in full: "provider:source:${key}"`,
    at,
  });
}

/** A property that is not inherited: names come from the config, `toString` is one too. */
function own<Value>(map: Readonly<Record<string, Value>> | undefined, name: string) {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}
