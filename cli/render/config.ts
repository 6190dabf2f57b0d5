/**
 * A checked config as it is shown: every target with what it inherits and all defaults. It is a
 * config again, unless values are masked.
 *
 * @module
 */

import { CONFIG_SHAPE } from "../../core/config/config-shape.ts";
import { SENSITIVE_BLOCK, SENSITIVE_KEY } from "../../core/config/masking.ts";
import { type Shape, spell, stepInto } from "../../core/config/shape.ts";
import type { Config } from "../../core/config/types.ts";
import { writtenDomains } from "../../core/domain-names.ts";
import type { Target } from "../../core/target.ts";

const MASK = "[secret]";

/** Other settings in which people write passwords; a plan does not show their values either. */
const FREE_TEXT: ReadonlySet<string> = new Set(["command", "labels", "options"]);

/**
 * Plain data, ready to print, with keys as in TypeScript. Where a value comes from is shown. The
 * value itself only with `reveal`, which asks nobody: a value from elsewhere is never shown.
 */
export function shownConfig(config: Config, { reveal }: { readonly reveal: boolean }): unknown {
  const { targets, multiple, ...others } = config;
  const shown = Object.entries(targets).map(([name, target]) => [name, written(target)] as const);
  const whole = multiple
    ? { targets: Object.fromEntries(shown), ...others }
    : { ...shown[0]?.[1], ...others };
  return printable(whole, CONFIG_SHAPE, reveal ? "never" : "sensitive");
}

/** `shown` as YAML writes it: its keys, and internationalised domains. */
export function snakeCased(shown: unknown): unknown {
  return respelled(shown, CONFIG_SHAPE);
}

/** A target in the words of a config: `platforms` is the only setting that is called otherwise. */
function written({ name, image, ...others }: Target): object {
  if (!image?.buildConfig) return { name, image, ...others };
  const { platforms, ...buildConfig } = image.buildConfig;
  const platform = platforms.length === 1 ? platforms[0] : platforms;
  return { name, image: { ...image, buildConfig: { ...buildConfig, platform } }, ...others };
}

/** Which values are masked: none, those of settings that may hold secrets, or every one. */
type Masking = "never" | "sensitive" | "always";

function printable(value: unknown, shape: Shape, masking: Masking): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => printable(item, stepInto(shape, index), masking));
  }
  if (value === null || typeof value !== "object") return masking === "always" ? MASK : value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    if (inner === undefined) return [];
    // A plugin's or a provider's own "name" may be one of a user.
    const known = shape.kind === "object" && shape.keys.has(key);
    if (known && (key === "name" || key === "from")) return [[key, inner]];
    // A plugin in a haloy.config.ts is an object with functions.
    if (key === "use" && typeof inner === "object") return [[key, nameOf(inner)]];
    const step = stepInto(shape, key);
    return [[key, printable(inner, step, isSensitive(key, step) ? stricter(masking) : masking)]];
  });
  return Object.fromEntries(entries);
}

function isSensitive(key: string, { kind }: Shape): boolean {
  return (
    SENSITIVE_BLOCK.has(key) || FREE_TEXT.has(key) || (kind === "any" && SENSITIVE_KEY.test(key))
  );
}

const stricter = (masking: Masking): Masking => (masking === "never" ? "never" : "always");

function nameOf(plugin: unknown): string {
  return plugin !== null && typeof plugin === "object" && "name" in plugin
    ? String(plugin.name)
    : "?";
}

function respelled(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => respelled(item, stepInto(shape, index)));
  }
  if (value === null || typeof value !== "object") return value;
  const known = shape.kind === "object" ? shape.keys : new Map<string, Shape>();
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      known.has(key) ? spell(key, "snake") : key,
      key === "domains" && known.has(key) ? decoded(inner) : respelled(inner, stepInto(shape, key)),
    ]),
  );
}

/** Domains as people write them: their keys are spelt the same everywhere. */
function decoded(value: unknown): unknown {
  if (typeof value === "string") return writtenDomains(value);
  if (Array.isArray(value)) return value.map(decoded);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decoded(inner)]));
}
