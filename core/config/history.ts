/**
 * The history strategies that the config language itself defines (founding document, "Image
 * History & Rollback"): their options, and what a tag must be like.
 *
 * @module
 */

import type { Choice } from "../target.ts";

/** Options by strategy. Other strategies are plugins', which check their own. */
export const HISTORY_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  local: ["count"],
  registry: ["count", "pattern"],
  none: [],
};

/** Tags that people move, in lower case: a release that names one cannot be brought back by it. */
export const MUTABLE_TAGS: ReadonlySet<string> = new Set([
  ...["latest", "main", "master", "develop", "dev", "staging", "production", "edge", "nightly"],
]);

/** Whether `tag` is one that moves. */
export function isMutableTag(tag: string): boolean {
  return MUTABLE_TAGS.has(tag.toLowerCase());
}

/** Options of one of all these strategies: they are known, even where they have no effect. */
export const KNOWN_OPTIONS: ReadonlySet<string> = new Set(Object.values(HISTORY_OPTIONS).flat());

/** `history` without the options that have no effect for its strategy. */
export function effectiveHistory(history: Choice): Choice {
  const options = Object.hasOwn(HISTORY_OPTIONS, history.strategy)
    ? HISTORY_OPTIONS[history.strategy]
    : undefined;
  if (!options) return history;
  return Object.fromEntries(
    Object.entries(history).filter(
      ([key, value]) => value !== undefined && (key === "strategy" || options.includes(key)),
    ),
  ) as Choice;
}
