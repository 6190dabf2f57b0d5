/**
 * Values that a stock client resolved before it sent them. They are kept to bring a release back,
 * and never handed out again: who asks gets a mark, and the mark is exchanged when it comes back.
 *
 * @module
 */

import type { RegistryLogin, Release } from "../../../core/hooks.ts";
import { Secret } from "../../../core/secret.ts";
import { KEPT } from "../../../wire/kept.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * A config as it may be handed out: marks in place of `release`'s secrets, of build arguments, and
 * of the login at the image's registry.
 */
export function hideValues(config: unknown, release: Release | null): unknown {
  if (!isFields(config)) return config;
  // Variables that our client sends to be kept are as they are written: "${PASSWORD}", not its value.
  const { unresolved, ...shown } = config;
  const secrets = new Set(
    release?.env.filter(({ value }) => value instanceof Secret).map(({ name }) => name),
  );
  return {
    ...shown,
    ...(unresolved === true ? {} : hideIn(shown, "env", (name) => secrets.has(name))),
    ...(isFields(config.image) ? { image: hideInImage(config.image) } : {}),
  };
}

/** `release` with the values that `source` has in place of marks. */
export function restoreValues(release: Release, source: Release | null): Release {
  const kept = new Map(source?.env.map(({ name, value }) => [name, value]));
  const env = release.env.map(({ name, value }) => {
    const plain = value instanceof Secret ? value.reveal() : value;
    return { name, value: plain === KEPT ? (kept.get(name) ?? value) : value };
  });
  return { ...release, env, login: restoreLogin(release.login, source?.login ?? null) };
}

/** Nobody gets a password sent to another registry than it was given for. */
function restoreLogin(
  login: RegistryLogin | null,
  kept: RegistryLogin | null,
): RegistryLogin | null {
  if (!login || login.registry !== kept?.registry) return login;
  const { username, password } = login;
  return {
    ...login,
    username: username === KEPT ? kept.username : username,
    password: password.reveal() === KEPT ? kept.password : password,
  };
}

function hideInImage(image: Fields): Fields {
  const { buildConfig, registry } = image;
  return {
    ...image,
    ...(isFields(buildConfig)
      ? { buildConfig: { ...buildConfig, ...hideIn(buildConfig, "args") } }
      : {}),
    ...(isFields(registry)
      ? {
          registry: {
            ...registry,
            username: hide(registry.username),
            password: hide(registry.password),
          },
        }
      : {}),
  };
}

/** The list of named values under `key`, those that `hidden` names replaced by marks. */
function hideIn(fields: Fields, key: string, hidden = (_name: string) => true): Fields {
  const list = fields[key];
  if (!Array.isArray(list)) return {};
  return {
    [key]: list.map((entry: unknown) =>
      isFields(entry) && hidden(String(entry.name)) ? hide(entry) : entry,
    ),
  };
}

/** A mark in place of a value. Where it comes from may be shown. */
function hide(entry: unknown): unknown {
  return isFields(entry) && typeof entry.value === "string" ? { ...entry, value: KEPT } : entry;
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
