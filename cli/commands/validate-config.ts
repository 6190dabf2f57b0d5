/**
 * `haloy validate-config`: offline.
 *
 * @module
 */

import process from "node:process";
import { checkOffline } from "../../client/check-offline.ts";
import { fail } from "../../core/errors.ts";
import { cancelOnSignal } from "../cancel.ts";
import { stderr, stdout } from "../output.ts";
import { bold, mark } from "../render/style.ts";
import { type ConfigFlags, load, printJson, shortPath } from "../session.ts";

/** Flags of `validate-config`. */
export interface ValidateFlags extends ConfigFlags {
  readonly showResolvedConfig?: true | undefined;
  readonly reveal?: true | undefined;
}

/** Check the config and what it names. A problem is thrown, a warning printed. */
export async function validateConfig(flags: ValidateFlags): Promise<void> {
  const { json = false, showResolvedConfig = false, reveal = false } = flags;
  if (reveal && !showResolvedConfig) {
    throw fail("USAGE_INVALID", {
      message: "Cannot reveal values: no config is to be shown",
      hint: `Write "haloy validate-config --show-resolved-config --reveal"`,
    });
  }
  using cancellation = cancelOnSignal(() => stderr.line("Cancelling…"));
  const loaded = await load(flags);
  const { file, config, warnings } = loaded;
  await checkOffline(loaded, {
    env: process.env,
    cwd: process.cwd(),
    signal: cancellation.signal,
  });
  if (!showResolvedConfig) {
    if (json) printJson({ valid: true, file, warnings });
    else stdout.line(`${mark.done} ${bold(shortPath(file))} is valid`);
    return;
  }
  if (reveal) stderr.line(`${mark.warn} Values are printed in clear`);
  const { shownConfig, snakeCased } = await import("../render/config.ts");
  const shown = shownConfig(config, { reveal });
  if (json) printJson({ valid: true, file, warnings, config: shown });
  else {
    const { stringify } = await import("yaml");
    stdout.raw(
      stringify(snakeCased(shown), { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd(),
    );
  }
}
