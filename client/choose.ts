/**
 * Which of a config's targets an operation is about.
 *
 * @module
 */

import { nearest } from "../core/config/nearest.ts";
import type { Config } from "../core/config/types.ts";
import { fail } from "../core/errors.ts";
import type { TargetOptions } from "./api.ts";

/** How an operation chooses. */
export interface ChoiceRule {
  /** It changes what runs, so `all` leaves protected targets out. */
  readonly sparesProtected: boolean;
}

/** The chosen targets by name, in the order of the config. */
export interface Chosen {
  readonly names: readonly string[];
  /** Protected targets that `all` did not include. */
  readonly leftOut: readonly string[];
}

/**
 * Choose targets. A config with one target needs no choice.
 *
 * @throws `TARGET_REQUIRED` when several targets leave it open, or `all` leaves none;
 *   `TARGET_UNKNOWN`; `USAGE_INVALID` for `targets` and `all` together, and for an empty list.
 */
export function chooseTargets(
  { targets }: Pick<Config, "targets">,
  { targets: wanted, all = false, includeProtected = false }: TargetOptions,
  { sparesProtected }: ChoiceRule,
): Chosen {
  const known = Object.keys(targets);
  if (wanted !== undefined) {
    if (all) {
      throw fail("USAGE_INVALID", {
        message: `Cannot choose targets: ${quoted(wanted) || "a list"} and "all" are both given`,
        hint: "Name targets, or take all of them",
      });
    }
    return { names: named(known, wanted), leftOut: [] };
  }
  if (!all) {
    if (known.length === 1) return { names: known, leftOut: [] };
    throw fail("TARGET_REQUIRED", {
      message: `Cannot choose a target: the config has ${known.length}: ${known.join(", ")}`,
      hint: `Name one or more ("--targets ${known[0]}"), or take all of them ("--all")`,
      details: { targets: known },
    });
  }
  const spared = sparesProtected && !includeProtected;
  const leftOut = spared ? known.filter((name) => targets[name]?.protected) : [];
  const names = known.filter((name) => !leftOut.includes(name));
  if (names.length > 0) return { names, leftOut };
  throw fail("TARGET_REQUIRED", {
    message: `Cannot choose a target: all of them are protected: ${leftOut.join(", ")}`,
    hint: INCLUDE_HINT,
    details: { targets: leftOut },
  });
}

/** How to include what is protected. */
export const INCLUDE_HINT =
  'Protected targets are chosen by name, or by "--include-protected" ("includeProtected") beside all';

/** The wanted names, each once, in the order of the config. */
function named(known: readonly string[], wanted: readonly string[]): string[] {
  if (wanted.length === 0) {
    throw fail("USAGE_INVALID", {
      message: "Cannot choose targets: the list is empty",
      hint: `Name one or more of ${known.join(", ")}`,
    });
  }
  const unknown = [...new Set(wanted)].filter((name) => !known.includes(name));
  if (unknown.length > 0) throw unknownTargets(unknown, known);
  return known.filter((name) => wanted.includes(name));
}

function unknownTargets(unknown: readonly string[], known: readonly string[]): Error {
  const meant = unknown.flatMap((name) => nearest(name, known) ?? []);
  const there = known.length === 1 ? `only "${known[0]}"` : known.join(", ");
  return fail("TARGET_UNKNOWN", {
    message: `Cannot find target ${quoted(unknown)}: the config has ${there}`,
    hint:
      meant.length > 0
        ? `Did you mean ${quoted([...new Set(meant)])}?`
        : 'Names are those under "targets"; a config without it has one, by the app\'s name',
    details: { targets: known },
  });
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
