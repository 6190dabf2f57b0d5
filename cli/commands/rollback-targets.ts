/**
 * `haloy rollback-targets`.
 *
 * @module
 */

import { stdout } from "../output.ts";
import { releasesText } from "../render/releases.ts";
import { named } from "../render/style.ts";
import { ask, printEach, printJson, type TargetFlags, withSession } from "../session.ts";

/** List the releases to go back to, newest first. */
export async function rollbackTargets(flags: TargetFlags): Promise<void> {
  await withSession(flags, async ({ haloy, loaded, chosen }) => {
    await printEach(ask(haloy.rollbackTargets(chosen), flags), (releases, target) => {
      const app = loaded.config.targets[target]?.name ?? target;
      if (flags.json) printJson({ target, app, releases });
      else {
        if (haloy.targets.length > 1) stdout.line(named({ target, app }));
        stdout.line(
          releases.length === 0
            ? `No release of ${app} is kept`
            : releasesText(releases, Date.now()),
        );
      }
    });
  });
}
