/**
 * The values that targets need, all asked for at once: variables, build arguments and secrets,
 * registry logins, API tokens.
 *
 * @module
 */

import { interpolate } from "../core/config/interpolate.ts";
import {
  type Need,
  type Resolution,
  type ResolvedValue,
  resolveNeeds,
} from "../core/config/resolve-env.ts";
import type { Location } from "../core/errors.ts";
import type { RegistryLogin } from "../core/hooks.ts";
import { registryHost, registryOf } from "../core/reference.ts";
import { type Masker, Secret } from "../core/secret.ts";
import { type EnvEntry, isBuilt, type Target } from "../core/target.ts";
import { hostFor, type Opened, type OpenTarget } from "./opened.ts";
import type { Problems } from "./problems.ts";

/** What one target needs to know. */
export interface TargetNeeds {
  readonly env: readonly Need[];
  readonly args: readonly Need[];
  readonly secrets: readonly Need[];
  /** User name and password. Empty: no login is configured. */
  readonly login: readonly Need[];
}

/** Values by need. */
export type Values = ReadonlyMap<Need, string | Secret>;

type Path = readonly (string | number)[];
type Locate = (path: Path) => Location | undefined;

/** What `target` needs, for one that is open; `locate` says where its settings stand. */
export function needsOf(open: OpenTarget, target: Target, locate: Locate): TargetNeeds {
  const { image } = target;
  const list = (entries: readonly EnvEntry[] = [], ...place: string[]) =>
    entries.map((entry, index) => needOf(open, entry, locate([...place, index])));
  const build = isBuilt(target) ? image?.buildConfig : undefined;
  const registry = image?.registry;
  const login = (part: "username" | "password") =>
    registry
      ? [needOf(open, { name: part, ...registry[part] }, locate(["image", "registry", part]))]
      : [];
  return {
    env: list(target.env, "env"),
    args: list(build?.args, "image", "buildConfig", "args"),
    secrets: list(build?.secrets, "image", "buildConfig", "secrets"),
    login: [...login("username"), ...login("password")],
  };
}

/** What is needed for a target's API token. Null: the config has none. */
export function tokenNeed(open: OpenTarget, locate: Locate): Need | null {
  const { apiToken } = open.target;
  return apiToken ? needOf(open, { name: "api_token", ...apiToken }, locate(["apiToken"])) : null;
}

function needOf(open: OpenTarget, entry: EnvEntry, at: Location | undefined): Need {
  return { entry, owner: open.name, env: open.environment.variables, at };
}

/** All that a target needs in one list. */
export function allOf({ env, args, secrets, login }: TargetNeeds): readonly Need[] {
  return [...env, ...args, ...secrets, ...login];
}

/**
 * Mask what is written in the config although it is secret by its kind: build secrets and the
 * password of a login.
 */
export function maskWritten(
  masker: Masker,
  { secrets, login: [, password] }: Pick<TargetNeeds, "secrets" | "login">,
): void {
  for (const need of [...secrets, ...(password ? [password] : [])]) {
    if ("value" in need.entry) masker.add(new Secret(need.entry.value));
  }
}

/**
 * Find values. Secret ones are masked in the run from here on; what is missing is a problem. A
 * source is asked once for all targets with the same environment: a provider may log in with what
 * stands there, so what a target alone gets it gets among others too.
 */
export async function findValues(
  run: Opened,
  needs: readonly Need[],
  problems: Problems,
): Promise<Values> {
  const alike = [...Map.groupBy(needs, ({ env }) => environmentKey(env)).values()];
  const all = await Promise.all(alike.map((some) => resolveAlike(run, some)));
  for (const found of all) {
    for (const { owners, error } of found.problems) problems.add(owners, error);
  }
  const values = new Map(all.flatMap(({ values }) => [...values]));
  for (const value of values.values()) {
    if (value instanceof Secret) run.workspace.masker.add(value);
  }
  return values;
}

/** Resolve needs of targets whose environment is the same. */
async function resolveAlike(run: Opened, needs: readonly Need[]): Promise<Resolution> {
  const { session, targets } = run;
  return await resolveNeeds(needs, {
    directory: session.loaded.directory,
    secretProviders: session.config.secretProviders,
    async ask(provider, input, wanted) {
      const owners = new Set(wanted.map(({ owner }) => owner));
      const host = await hostFor(
        run,
        targets.filter(({ name }) => owners.has(name)),
      );
      return await host.named("resolveSecret", { strategy: provider }, input);
    },
  });
}

/** Equal for equal environments. */
function environmentKey(env: Need["env"]): string {
  return JSON.stringify(Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The variables of a target's containers, with what they refer to put in.
 *
 * @throws `CONFIG_INVALID`, see {@link interpolate}.
 */
export function variablesOf(needs: TargetNeeds, values: Values): ResolvedValue[] {
  const entries = needs.env.map(({ entry }) => entry);
  return interpolate(entries, valuesOf(needs.env, values), (index) => needs.env[index]?.at);
}

/** Values of needs that have one, by their names. */
export function valuesOf(needs: readonly Need[], values: Values): ResolvedValue[] {
  return needs.flatMap((need) => {
    const value = values.get(need);
    return value === undefined ? [] : [{ name: need.entry.name, value }];
  });
}

/** The login that a target's image has. Null: none is configured. */
export function loginOf(
  { login }: TargetNeeds,
  values: Values,
  { image }: Pick<Target, "image">,
  reference: string,
): RegistryLogin | null {
  const [username, password] = valuesOf(login, values).map(({ value }) => value);
  if (username === undefined || password === undefined) return null;
  return {
    registry: registryHost(image?.registry?.server ?? registryOf(reference)),
    username: username instanceof Secret ? username.reveal() : username,
    password: password instanceof Secret ? password : new Secret(password),
  };
}
