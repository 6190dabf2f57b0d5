/**
 * What a config says differently from what runs. References are compared as they are written, so
 * no secret is involved; a value whose name or form looks secret is not shown.
 *
 * @module
 */

import { REFERENCE } from "../core/config/interpolation.ts";
import { MASK, SENSITIVE_KEY } from "../core/config/masking.ts";
import type { ResolvedImage } from "../core/hooks.ts";
import type { Target } from "../core/target.ts";
import { KEPT } from "../wire/kept.ts";
import { readTarget, writeTarget } from "../wire/target-config.ts";
import type { Change } from "./api.ts";

/** Fields that say where or how something is deployed, not what runs; `image` is told apart. */
const LEFT_OUT: ReadonlySet<string> = new Set(["name", "server", "image", "env", "domains"]);

/** A URL with a password in it; one that is only referred to is not there yet. */
const LOGIN_IN_URL = /\/\/[^/\s@]*:[^/\s@]+@/;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Settings of `target` that differ from `stored`, a release's config as the server gives it: in
 * the order of the settings, each with what it was and what it will be.
 */
export function changesOf(
  stored: unknown,
  target: Target,
  image: ResolvedImage,
  pushed: boolean,
): Change[] {
  return compare(
    normalised(stored),
    writeTarget(target, { image: { ...image, pushed } }) as Fields,
  );
}

/** Settings that differ between two releases' configs, as the server gives them. */
export function changesBetween(from: unknown, to: unknown): Change[] {
  return compare(normalised(from), normalised(to));
}

function compare(from: Fields, to: Fields): Change[] {
  const [before, after] = [settingsOf(from), settingsOf(to)];
  const names = [...new Set([...after.keys(), ...before.keys()])];
  return names.flatMap((setting): Change[] => {
    const [from = null, to = null] = [before.get(setting), after.get(setting)];
    // What the server keeps to itself cannot be compared.
    if (from === to || from === KEPT || to === KEPT) return [];
    if (!isPrivate(setting, from) && !isPrivate(setting, to)) return [{ setting, from, to }];
    return [{ setting, from: from && MASK, to: to && (from === null ? MASK : "changed") }];
  });
}

/** A stored config with all defaults filled in, as ours are. One we cannot read stays as it is. */
function normalised(stored: unknown): Fields {
  try {
    const { target, image, pushed, history } = readTarget(stored);
    const pullPolicy = target.image?.pullPolicy ?? "always";
    return writeTarget(target, {
      image: { reference: image, pullPolicy, history, pushed },
    }) as Fields;
  } catch {
    return asFields(stored);
  }
}

/** Settings by name, each in words. */
function settingsOf(config: Fields): Map<string, string> {
  const settings = new Map<string, string>();
  const put = (setting: string, value: unknown): void => {
    if (value === null || value === undefined || value === "") return;
    if (Array.isArray(value)) {
      if (value.length > 0) settings.set(setting, value.map(inWords).join(", "));
    } else if (typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) put(`${setting}.${snake(key)}`, inner);
    } else settings.set(setting, String(value));
  };
  const { repository, tag, build: _, buildConfig, ...image } = asFields(config.image);
  put("image", tag ? `${repository}:${tag}` : repository);
  put("image.push", asFields(buildConfig).push);
  put("image", image);
  for (const { name, ...entry } of entriesOf(config.env)) {
    settings.set(`env.${name}`, sourceOf(entry));
  }
  put("domains", entriesOf(config.domains).map(domainInWords));
  for (const [key, value] of Object.entries(config)) if (!LEFT_OUT.has(key)) put(snake(key), value);
  return settings;
}

/** A value as it is written, or where it comes from. */
function sourceOf({ value, from }: Fields): string {
  const { env, secret } = asFields(from);
  if (typeof env === "string") return `from env ${env}`;
  return typeof secret === "string" ? `from secret ${secret}` : String(value ?? "");
}

function domainInWords({ domain, aliases }: Fields): string {
  return Array.isArray(aliases) && aliases.length > 0
    ? `${domain} (${aliases.join(" ")})`
    : String(domain);
}

function inWords(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isPrivate(setting: string, text: string | null): boolean {
  if (text === null || /^from (?:env|secret) /.test(text)) return false;
  if (LOGIN_IN_URL.test(text.replace(REFERENCE, ""))) return true;
  const key = setting.split(".").slice(1).join(".");
  return setting.startsWith("image.registry.") || SENSITIVE_KEY.test(key);
}

function entriesOf(list: unknown): Fields[] {
  return Array.isArray(list) ? list.map(asFields) : [];
}

function asFields(value: unknown): Fields {
  return value !== null && typeof value === "object" ? (value as Fields) : {};
}

/** `healthCheckPath` as `health_check_path`. */
function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
