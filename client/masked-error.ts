/**
 * What was thrown, without any secret of a run: what a build, a command or a runtime said may hold
 * one, whoever throws it.
 *
 * @module
 */

import { errorFromJson, fail, isHaloyError } from "../core/errors.ts";
import type { Masker } from "../core/secret.ts";

/** Causes of causes that are kept. */
const DEEPEST = 10;

/** The same thing when there is no secret in it, else a copy of what is known of it. */
export function maskedError(thrown: unknown, masker: Masker, depth = 0): unknown {
  if (typeof thrown === "string") return masker.mask(thrown);
  if (!(thrown instanceof Error)) return thrown;
  const cause = depth < DEEPEST ? maskedError(thrown.cause, masker, depth + 1) : undefined;
  if (isHaloyError(thrown)) {
    const json = thrown.toJSON();
    const clean = masker.maskData(json);
    if (cause === thrown.cause && JSON.stringify(clean) === JSON.stringify(json)) return thrown;
    return fail(errorFromJson(clean).code, { ...clean, cause });
  }
  if (cause === thrown.cause && textsOf(thrown).every((text) => masker.mask(text) === text)) {
    return thrown;
  }
  const copy = new Error(masker.mask(thrown.message), cause === undefined ? {} : { cause });
  copy.name = thrown.name;
  copy.stack = masker.mask(thrown.stack ?? "");
  return copy;
}

/** All texts of an error, its own fields included: those of a process have its command. */
function textsOf(error: Error): string[] {
  const own = Object.values(error).flat();
  return [error.message, error.stack, ...own].filter((text) => typeof text === "string");
}
