/**
 * From what a config says about a value to the value itself: written, from the environment, or
 * from a source of secrets. For variables, build arguments and tokens alike.
 *
 * @module
 */

import { fail, isHaloyError, type Location, reasonOf } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { EnvEntry } from "../target.ts";
import { parseSecretReference } from "./secret-reference.ts";

/** A name with its value. Only a value written in the config is a plain string. */
export interface ResolvedValue {
  readonly name: string;
  readonly value: string | Secret;
}

/** What {@link ResolveOptions.ask} is asked for: values of one source. */
export interface SourceRequest {
  readonly source: string;
  readonly keys: readonly string[];
  /** What the config says about the source under `secret_providers`. */
  readonly options: unknown;
  /** Absolute path that relative paths in the options start from. */
  readonly directory: string;
}

/** What {@link resolveValues} needs from around the config. */
export interface ResolveOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly secretProviders: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Ask a provider for all wanted values of one source. */
  readonly ask: (
    provider: string,
    request: SourceRequest,
  ) => Promise<Readonly<Record<string, Secret>>>;
  /** Where entry `index` stands in the config, for errors. */
  readonly locate?: ((index: number) => Location) | undefined;
}

/**
 * The values of `entries`, in their order. Every source is asked once, all of them at the same
 * time, and none before every environment variable is there.
 *
 * Throws `ENV_MISSING` with all missing variables, `SECRET_NOT_FOUND`, and what `ask` throws.
 */
export async function resolveValues(
  entries: readonly EnvEntry[],
  options: ResolveOptions,
): Promise<ResolvedValue[]> {
  refuseMissing(entries, options);
  const secrets = await askAll(entries, options);
  return entries.map((entry) => {
    const { name } = entry;
    const { value, variable, reference = "" } = originOf(entry);
    if (value !== undefined) return { name, value };
    if (variable !== undefined) return { name, value: new Secret(options.env[variable] ?? "") };
    return { name, value: secrets.get(reference) as Secret };
  });
}

/** Where a value comes from: one of the three is set. */
function originOf(entry: EnvEntry): { value?: string; variable?: string; reference?: string } {
  const { value, from } = entry as {
    readonly value?: string;
    readonly from?: { readonly env?: string; readonly secret?: string };
  };
  if (value !== undefined) return { value };
  if (from?.env !== undefined) return { variable: from.env };
  return { reference: from?.secret ?? "" };
}

/** Say all missing variables at once. One that is set but empty has a value. */
function refuseMissing(entries: readonly EnvEntry[], { env, locate }: ResolveOptions): void {
  const missing = entries.flatMap((entry, index) => {
    const { variable } = originOf(entry);
    if (variable === undefined || env[variable] !== undefined) return [];
    return [{ variable, name: entry.name, at: locate?.(index) }];
  });
  if (missing.length === 0) return;
  const lines = missing.map(({ variable, name, at }) => {
    const place = at?.line === undefined ? "" : ` (line ${at.line})`;
    return `  ${variable}, for ${name}${place}`;
  });
  const names = [...new Set(missing.map(({ variable }) => variable))];
  throw fail("ENV_MISSING", {
    message: `Cannot read ${names.length === 1 ? "an environment variable" : "environment variables"}: not set\n${lines.join("\n")}`,
    hint: `Set ${names.join(", ")} and run the command again`,
    at: missing[0]?.at,
    details: missing,
  });
}

interface Wanted extends SourceRequest {
  readonly provider: string;
  readonly keys: string[];
  readonly at: Location | undefined;
}

/** Values by whole reference. */
async function askAll(
  entries: readonly EnvEntry[],
  options: ResolveOptions,
): Promise<Map<string, Secret>> {
  const wanted = group(entries, options);
  const values = new Map<string, Secret>();
  // All are waited for, so that nothing still runs when the first failure is reported.
  const answers = await Promise.allSettled(
    wanted.map(async ({ provider, source, keys, options: about, directory, at }) => {
      const request = { source, keys, options: about, directory };
      const answer = await options.ask(provider, request);
      const absent = keys.filter((key) => !Object.hasOwn(answer, key));
      if (absent.length > 0) {
        throw fail("SECRET_NOT_FOUND", {
          message: `Cannot read secrets from "${provider}:${source}": there is no ${absent.map((key) => `"${key}"`).join(", ")}`,
          hint: "Correct the key, or add it to the source",
          at,
        });
      }
      for (const key of keys) values.set(`${provider}:${source}:${key}`, answer[key] as Secret);
    }),
  );
  const errors = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
  if (errors.length > 0) throw together(errors);
  return values;
}

function group(
  entries: readonly EnvEntry[],
  { directory, secretProviders, locate }: ResolveOptions,
): Wanted[] {
  const sources = new Map<string, Wanted>();
  for (const [index, entry] of entries.entries()) {
    const { reference } = originOf(entry);
    if (reference === undefined) continue;
    const parsed = parseSecretReference(reference);
    if (!parsed) {
      throw fail("CONFIG_INVALID", {
        message: `Cannot resolve "${entry.name}": its secret must look like "provider:source:key"`,
        hint: "Correct the reference in the config",
        at: locate?.(index),
      });
    }
    const { provider, source, key } = parsed;
    const wanted = sources.get(`${provider}:${source}`) ?? {
      provider,
      source,
      keys: [],
      options: own(own(secretProviders, provider), source),
      directory,
      at: locate?.(index),
    };
    sources.set(`${provider}:${source}`, wanted);
    if (!wanted.keys.includes(key)) wanted.keys.push(key);
  }
  return [...sources.values()];
}

/** A property that is not inherited: names come from the config, `toString` is one too. */
function own<Value>(map: Readonly<Record<string, Value>> | undefined, name: string) {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** One error for one or several failed sources. */
function together(errors: readonly unknown[]): unknown {
  const [first] = errors;
  if (errors.length === 1) return first;
  return fail(isHaloyError(first) ? first.code : "PLUGIN_FAILED", {
    message: `Cannot read secrets from ${errors.length} sources:\n${errors.map((error) => `  ${reasonOf(error)}`).join("\n")}`,
    hint: isHaloyError(first) ? first.hint : undefined,
    at: isHaloyError(first) ? first.at : undefined,
    cause: new AggregateError(errors),
  });
}
