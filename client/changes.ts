/**
 * What a config says differently from what runs. References are compared as they are written, so
 * no secret is asked for. Of values that may be secrets themselves (variables, labels, the command,
 * options of the log) it is only told that they are set or changed: no rule about names finds every
 * `MYSQL_PWD`.
 *
 * @module
 */

import { SENSITIVE_KEY } from "../core/config/masking.ts";
import type { ResolvedImage } from "../core/hooks.ts";
import type { Target } from "../core/target.ts";
import { KEPT } from "../wire/kept.ts";
import { readTarget, writeTarget } from "../wire/target-config.ts";
import type { Change } from "./api.ts";

/** Fields that say where or how something is deployed, not what runs; `image` is told apart. */
const LEFT_OUT: ReadonlySet<string> = new Set(["name", "server", "image", "env", "domains"]);

/** Settings whose values are never shown: people write passwords there. */
const HIDDEN = /^(?:command$|env\.|image\.registry\.|labels\.|log\.options\.)/;

/** A URL with a password in it, or with what may be one. */
const LOGIN_IN_URL = /\/\/[^@\s]*:[^@\s]*@/;

type Fields = Readonly<Record<string, unknown>>;

/** A setting in words. A hidden one is only compared. */
interface Setting {
  readonly text: string;
  readonly hidden: boolean;
}

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
    const [old, now] = [before.get(setting), after.get(setting)];
    // What the server keeps to itself cannot be compared.
    if (old?.text === KEPT || now?.text === KEPT) return [];
    if (old?.text === now?.text && old?.hidden === now?.hidden) return [];
    return [{ setting, from: shown(old, "set"), to: shown(now, old?.hidden ? "changed" : "set") }];
  });
}

/** What is told of a setting; `hidden` stands for a value that is not. */
function shown(setting: Setting | undefined, hidden: string): string | null {
  if (!setting) return null;
  return setting.hidden ? hidden : setting.text;
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

/** Settings by name. */
function settingsOf(config: Fields): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  const set = (setting: string, text: string) => {
    settings.set(setting, { text, hidden: isPrivate(setting, text) });
  };
  const put = (setting: string, value: unknown): void => {
    if (value === null || value === undefined || value === "") return;
    if (Array.isArray(value)) {
      if (value.length > 0) set(setting, value.map(inWords).join(", "));
    } else if (typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) put(`${setting}.${snake(key)}`, inner);
    } else set(setting, String(value));
  };
  const putSource = (setting: string, { value, from }: Fields): void => {
    const { env, secret } = asFields(from);
    if (typeof env === "string") settings.set(setting, { text: `from env ${env}`, hidden: false });
    else if (typeof secret === "string") {
      settings.set(setting, { text: `from secret ${secret}`, hidden: false });
    } else set(setting, String(value ?? ""));
  };
  const { repository, tag, build: _, buildConfig, registry, ...image } = asFields(config.image);
  put("image", tag ? `${repository}:${tag}` : repository);
  put("image.push", asFields(buildConfig).push);
  put("image", image);
  for (const [key, value] of Object.entries(asFields(registry))) {
    if (typeof value === "string") put(`image.registry.${key}`, value);
    else if (value) putSource(`image.registry.${key}`, asFields(value));
  }
  for (const { name, ...entry } of entriesOf(config.env)) putSource(`env.${name}`, entry);
  put("domains", entriesOf(config.domains).map(domainInWords));
  for (const [key, value] of Object.entries(config)) if (!LEFT_OUT.has(key)) put(snake(key), value);
  return settings;
}

function domainInWords({ domain, aliases }: Fields): string {
  return Array.isArray(aliases) && aliases.length > 0
    ? `${domain} (${aliases.join(" ")})`
    : String(domain);
}

function inWords(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isPrivate(setting: string, text: string): boolean {
  const key = setting.split(".").slice(1).join(".");
  return HIDDEN.test(setting) || SENSITIVE_KEY.test(key) || LOGIN_IN_URL.test(text);
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
