/**
 * From what a config says about a value to the value itself: written, from the environment, or
 * from a source of secrets. For variables, build arguments, logins and tokens of all targets at
 * once, so that every source is asked once.
 *
 * @module
 */

import { fail, HaloyError, isHaloyError, type Location } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { EnvEntry } from "../target.ts";
import { findSource, type SourceRequest } from "./secret-sources.ts";

/** A name with its value. Only a value written in the config is a plain string. */
export interface ResolvedValue {
  readonly name: string;
  readonly value: string | Secret;
}

/** A value that is wanted. */
export interface Need {
  readonly entry: EnvEntry;
  /** Whose it is: the target's name. */
  readonly owner: string;
  /** The owner's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where it stands in the config. */
  readonly at?: Location | undefined;
}

/** What {@link resolveNeeds} needs from around the config. */
export interface ResolveOptions {
  /** What paths in the options of sources start from. */
  readonly directory: string;
  readonly secretProviders: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Ask a provider for all wanted values of one source; `needs` says for whom. */
  readonly ask: (
    provider: string,
    request: SourceRequest,
    needs: readonly Need[],
  ) => Promise<Readonly<Record<string, Secret>>>;
}

/** Something that has no value. */
export interface Unresolved {
  /** Whose values are missing. */
  readonly owners: readonly string[];
  readonly error: unknown;
}

/** Values by need, except those of `problems`. */
export interface Resolution {
  readonly values: ReadonlyMap<Need, string | Secret>;
  readonly problems: readonly Unresolved[];
}

/**
 * Values of all needs. Every source is asked once, all of them at the same time. Problems are
 * `ENV_MISSING` (one per owner, with all its missing variables), `SECRET_NOT_FOUND`,
 * `CONFIG_INVALID` for what is no reference, and what `ask` throws.
 */
export async function resolveNeeds(
  needs: readonly Need[],
  options: ResolveOptions,
): Promise<Resolution> {
  const values = new Map<Need, string | Secret>();
  const problems: Unresolved[] = [];
  const missing = new Map<string, Need[]>();
  const sources = new Map<string, Wanted>();
  for (const need of needs) {
    const { value, variable, reference } = originOf(need.entry);
    if (value !== undefined) values.set(need, value);
    else if (variable !== undefined) {
      const found = need.env[variable];
      if (found !== undefined) values.set(need, new Secret(found));
      else missing.set(need.owner, [...(missing.get(need.owner) ?? []), need]);
    } else {
      const source = findSource(reference ?? "", need, options);
      if (source instanceof HaloyError) problems.push({ owners: [need.owner], error: source });
      else {
        const id = JSON.stringify([source.provider, source.source]);
        const wanted = sources.get(id) ?? { ...source, needs: [] };
        wanted.needs.push({ need, key: source.key });
        sources.set(id, wanted);
      }
    }
  }
  for (const [owner, some] of missing) problems.push({ owners: [owner], error: notSet(some) });
  // All are waited for, so that nothing still runs when the first failure is reported.
  await Promise.all(
    [...sources.values()].map(async (wanted) => {
      problems.push(...(await askSource(wanted, options, values)));
    }),
  );
  return { values, problems };
}

interface Wanted extends Omit<SourceRequest, "keys" | "directory"> {
  readonly provider: string;
  readonly needs: { readonly need: Need; readonly key: string }[];
}

/** Ask one source, and put its answers into `values`. Gives back what went wrong. */
async function askSource(
  { provider, source, options: about, needs }: Wanted,
  { ask, directory }: ResolveOptions,
  values: Map<Need, string | Secret>,
): Promise<Unresolved[]> {
  const keys = [...new Set(needs.map(({ key }) => key))];
  const request = { source, keys, options: about, directory };
  let answer: Readonly<Record<string, Secret>>;
  try {
    answer = await ask(
      provider,
      request,
      needs.map(({ need }) => need),
    );
  } catch (error) {
    return [{ owners: ownersOf(needs), error: located(error, needs[0]?.need.at) }];
  }
  for (const { need, key } of needs) {
    const value = Object.hasOwn(answer, key) ? answer[key] : undefined;
    if (value !== undefined) values.set(need, value);
  }
  const absent = needs.filter(({ need }) => !values.has(need));
  if (absent.length === 0) return [];
  const names = [...new Set(absent.map(({ key }) => `"${key}"`))].join(", ");
  const error = fail("SECRET_NOT_FOUND", {
    message: `Cannot read secrets from "${provider}:${source}": there is no ${names}`,
    hint: "Correct the key, or add it to the source",
    at: absent[0]?.need.at,
  });
  return [{ owners: ownersOf(absent), error }];
}

function ownersOf(needs: readonly { readonly need: Need }[]): string[] {
  return [...new Set(needs.map(({ need }) => need.owner))];
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

/** All missing variables of one owner. One that is set but empty is not missing. */
function notSet(needs: readonly Need[]): HaloyError {
  const missing = needs.map(({ entry: { name, ...entry }, at }) => {
    const { variable = "" } = originOf({ name, ...entry } as EnvEntry);
    return { variable, name, at };
  });
  const lines = missing.map(({ variable, name, at }) => {
    const place = at?.line === undefined ? "" : ` (line ${at.line})`;
    return `  ${variable}, for ${name}${place}`;
  });
  const names = [...new Set(missing.map(({ variable }) => variable))];
  return fail("ENV_MISSING", {
    message: `Cannot read ${names.length === 1 ? "an environment variable" : "environment variables"}: not set\n${lines.join("\n")}`,
    hint: `Set ${names.join(", ")}, in the shell or in a .env file, and run the command again`,
    at: missing[0]?.at,
    details: missing,
  });
}

/** The error with the place of what was asked for, where it has none. */
function located(error: unknown, at: Location | undefined): unknown {
  if (!isHaloyError(error) || error.at !== undefined || at === undefined) return error;
  return fail(error.code, { ...error.toJSON(), at, cause: error.cause });
}
