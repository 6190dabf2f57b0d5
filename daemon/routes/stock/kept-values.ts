/**
 * Values that a stock client resolved before it sent them. They are kept to bring a release back,
 * and never handed out again: who asks gets a mark, and the mark is exchanged when it comes back.
 *
 * @module
 */

import type { Release } from "../../../core/hooks.ts";
import { Secret } from "../../../core/secret.ts";

/** Stands for a value that stays on the server. Not empty: a stock client refuses that. */
export const KEPT = "(kept by haloyd)";

type Fields = Readonly<Record<string, unknown>>;

/** A config as it may be handed out: marks in place of `release`'s secrets and of build arguments. */
export function hideValues(config: unknown, release: Release | null): unknown {
  if (!isFields(config)) return config;
  const secrets = new Set(
    release?.env.filter(({ value }) => value instanceof Secret).map(({ name }) => name),
  );
  const { image } = config;
  const buildConfig = isFields(image) ? image.buildConfig : undefined;
  return {
    ...config,
    ...hideIn(config, "env", (name) => secrets.has(name)),
    ...(isFields(image) && isFields(buildConfig)
      ? { image: { ...image, buildConfig: { ...buildConfig, ...hideIn(buildConfig, "args") } } }
      : {}),
  };
}

/** `release` with the values that `source` has in place of marks. */
export function restoreValues(release: Release, source: Release | null): Release {
  const kept = new Map(source?.env.map(({ name, value }) => [name, value]));
  const env = release.env.map(({ name, value }) => {
    const plain = value instanceof Secret ? value.reveal() : value;
    return { name, value: plain === KEPT ? (kept.get(name) ?? value) : value };
  });
  return { ...release, env };
}

/** The list of named values under `key`, those that `hidden` names replaced by marks. */
function hideIn(fields: Fields, key: string, hidden = (_name: string) => true): Fields {
  const list = fields[key];
  if (!Array.isArray(list)) return {};
  return {
    [key]: list.map((entry: unknown) =>
      isFields(entry) && typeof entry.value === "string" && hidden(String(entry.name))
        ? { ...entry, value: KEPT }
        : entry,
    ),
  };
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
