/**
 * `haloy rollback-targets`.
 *
 * @module
 */

import type { RollbackTarget } from "../../client/api.ts";
import { stdout } from "../output.ts";
import { ago, table } from "../render/format.ts";
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
          releases.length === 0 ? `No release of ${app} is kept` : releaseTable(releases),
        );
      }
    });
  });
}

function releaseTable(releases: readonly RollbackTarget[]): string {
  const now = Date.now();
  return table(
    ["DEPLOYMENT", "IMAGE", "HEALTHY SINCE", ""],
    releases.map(({ deployment, image, at, current, lastGood }) => [
      deployment,
      image,
      age(at, now),
      current ? "serves now" : lastGood ? "last good" : "",
    ]),
  );
}

function age(at: string, now: number): string {
  const since = Date.parse(at);
  return Number.isNaN(since) ? at : `${at}, ${ago(now - since)}`;
}
