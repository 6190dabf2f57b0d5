/**
 * Which setting of a config the engine does not accept.
 *
 * @module
 */

import { engineSaid, rejectedStatus } from "../../../engine/client.ts";
import { fail, type HaloyError, type Release, type Target } from "../../../plugin.ts";

/** Settings, and the engine's words about them (20.10 to 28). The first that fits is meant. */
const SETTINGS: readonly (readonly [keyof Target, RegExp])[] = [
  ["memory", /memory limit|limit the memory/i],
  ["cpus", /\bCPUs?\b|NanoCPUs/i],
  ["log", /\blog opt\b|\blogg(?:ing|er)\b|log driver/i],
  ["volumes", /\bmount\b|\bvolumes?\b|invalid mode|bind source/i],
  ["command", /no command specified/i],
  ["network", /\bnetwork\b/i],
  ["labels", /\blabel\b/i],
];

/** The setting that the engine's words are about, among those that the target has. */
export function settingIn(words: string, target: Target): keyof Target | undefined {
  return SETTINGS.find(
    ([setting, pattern]) =>
      (setting === "command" || target[setting] !== undefined) && pattern.test(words),
  )?.[0];
}

/**
 * The error for a container that the engine refuses to create. Null when no setting is to blame.
 */
export function settingRefused(release: Release, cause: unknown): HaloyError | null {
  if (rejectedStatus(cause) === 0) return null;
  const said = engineSaid(cause);
  const setting = settingIn(said, release.target);
  if (setting === undefined) return null;
  return fail("SETTING_REFUSED", {
    message: `Cannot deploy "${release.app}": Docker on the server refuses its "${setting}": ${said}`,
    hint: `Correct "${setting}" in the config. Nothing of the app was changed`,
    cause,
  });
}
