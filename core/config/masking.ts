/**
 * Which settings hold secrets, so that a message about a config never shows one.
 *
 * @module
 */

/** What stands for a hidden text, whatever its length. */
export const MASK = "***";

/** Schema keys below which every value is hidden, names of entries excepted. */
export const SENSITIVE_BLOCK: ReadonlySet<string> = new Set([
  "apiToken",
  "args",
  "env",
  "password",
  "registry",
  "secrets",
  "value",
  "with",
]);

/** Other keys whose values look secret: in a plugin's or a provider's options. */
export const SENSITIVE_KEY: RegExp = /auth|credential|dsn|key|pass|secret|token|value|webhook/i;
