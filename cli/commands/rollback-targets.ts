/**
 * `haloy rollback-targets`.
 *
 * @module
 */

import { stdout } from "../output.ts";
import { table } from "../render/format.ts";
import { printJson, type TargetFlags, withSession } from "../session.ts";

/** List the releases to go back to, newest first. */
export async function rollbackTargets(flags: TargetFlags): Promise<void> {
  await withSession(flags, async ({ haloy, signal }) => {
    const targets = await haloy.rollbackTargets({ signal });
    if (flags.json) printJson({ app: haloy.app, targets });
    else if (targets.length === 0) stdout.line(`No release of ${haloy.app} is kept`);
    else {
      stdout.line(
        table(
          ["DEPLOYMENT", "IMAGE", "HEALTHY SINCE", ""],
          targets.map(({ deployment, image, at, current, lastGood }) => [
            deployment,
            image,
            at,
            current ? "serves now" : lastGood ? "last good" : "",
          ]),
        ),
      );
    }
  });
}
