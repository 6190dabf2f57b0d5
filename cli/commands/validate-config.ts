/**
 * `haloy validate-config`: offline.
 *
 * @module
 */

import { stdout } from "../output.ts";
import { bold, mark } from "../render/style.ts";
import { loadTarget, printJson, shortPath, type TargetFlags } from "../session.ts";

/** Flags of `validate-config`. */
export interface ValidateFlags extends Pick<TargetFlags, "config" | "json"> {
  readonly showResolvedConfig?: true | undefined;
}

/** Check the config. A problem is thrown, a warning printed. */
export async function validateConfig(flags: ValidateFlags): Promise<void> {
  const { file, config, warnings } = await loadTarget(flags);
  const { shownConfig } = await import("../render/config.ts");
  const shown = flags.showResolvedConfig ? shownConfig(config) : undefined;
  if (flags.json) {
    printJson({ valid: true, file, warnings, ...(shown ? { config: shown } : {}) });
    return;
  }
  if (shown) {
    const { stringify } = await import("yaml");
    const { snakeCased } = await import("../render/config.ts");
    stdout.raw(stringify(snakeCased(shown)).trimEnd());
  } else stdout.line(`${mark.done} ${bold(shortPath(file))} is valid`);
}
