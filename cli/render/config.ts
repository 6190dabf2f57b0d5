/**
 * A checked config as it is shown: all defaults filled in, everything that may be secret masked.
 *
 * @module
 */

import { CONFIG_SHAPE } from "../../core/config/formats.ts";
import { SENSITIVE_BLOCK, SENSITIVE_KEY } from "../../core/config/masking.ts";
import { type Shape, spell, stepInto } from "../../core/config/shape.ts";
import type { Config } from "../../core/config/types.ts";

const MASK = "[secret]";

/** Plain data, ready to print. Where a value comes from is shown, the value never. */
export function shownConfig(config: Config): unknown {
  return masked(config, CONFIG_SHAPE, false);
}

/** The keys of `shown` as YAML writes them. */
export function snakeCased(shown: unknown): unknown {
  return respelled(shown, CONFIG_SHAPE);
}

function masked(value: unknown, shape: Shape, hidden: boolean): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => masked(item, stepInto(shape, index), hidden));
  }
  if (value === null || typeof value !== "object") return hidden ? MASK : value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    if (inner === undefined) return [];
    if (key === "name" || key === "from") return [[key, inner]];
    // A plugin in a haloy.config.ts is an object with functions.
    if (key === "use" && typeof inner === "object") return [[key, nameOf(inner)]];
    const step = stepInto(shape, key);
    const free = step.kind === "any" && SENSITIVE_KEY.test(key);
    return [[key, masked(inner, step, hidden || free || SENSITIVE_BLOCK.has(key))]];
  });
  return Object.fromEntries(entries);
}

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
      respelled(inner, stepInto(shape, key)),
    ]),
  );
}
