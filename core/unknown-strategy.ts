/**
 * What is said when the config names a strategy, or a provider of secrets, that no plugin offers.
 *
 * @module
 */

import { nearest } from "./config/nearest.ts";
import { fail, type HaloyError, type Location } from "./errors.ts";
import type { NamedHook } from "./hooks.ts";

/** The error: `known` are the strategies that there are, `at` is where the wrong one stands. */
export function unknownStrategy(
  hook: NamedHook,
  strategy: string,
  known: readonly string[],
  at: Location | undefined,
): HaloyError {
  if (hook === "resolveSecret") {
    const others = known.length > 0 ? `; known are ${known.join(", ")}` : "";
    return fail("STRATEGY_UNKNOWN", {
      message: `Cannot read secrets from "${strategy}": no plugin offers this provider${others}`,
      hint: `List a plugin that offers "${strategy}" under "plugins:"`,
      at,
      hook,
    });
  }
  const meant = nearest(strategy, known);
  const choice = meant === undefined ? "Choose one of them" : `Write "${meant}", if that is meant`;
  return fail("STRATEGY_UNKNOWN", {
    message: `Cannot ${hook} with strategy "${strategy}": known strategies are ${known.join(", ") || "none"}`,
    hint: `${choice}, or list a plugin that offers "${strategy}" under "plugins:"`,
    at,
    hook,
  });
}
