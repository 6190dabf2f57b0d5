/**
 * `haloy rollback [id]`.
 *
 * @module
 */

import type { Haloy, RollbackTarget } from "../../client/api.ts";
import { fail } from "../../core/errors.ts";
import { stdout } from "../output.ts";
import { printDeployed } from "../render/deployed.ts";
import { bold, mark } from "../render/style.ts";
import { follow, withSession } from "../session.ts";
import type { DeployFlags } from "./deploy.ts";

/** Bring a release back. Without an ID the last good one, after showing which that is. */
export async function rollback(id: string | undefined, flags: DeployFlags): Promise<void> {
  const json = flags.json ?? false;
  await withSession(flags, async ({ haloy, loaded, signal }) => {
    let to = id;
    if (to === undefined) {
      const target = await lastGood(haloy, signal);
      if (json) stdout.raw(JSON.stringify({ type: "rollback-target", ...target }));
      else stdout.line(`${mark.info} The last good release is ${bold(target.deployment)}:`);
      if (!json) stdout.line(`  ${target.image}, healthy since ${target.at}`);
      to = target.deployment;
    }
    const run = haloy.rollback({ to, signal, noWait: !flags.wait });
    const result = await follow(run, { json, logs: flags.logs });
    printDeployed(result, loaded.config.domains, json);
  });
}

async function lastGood(haloy: Haloy, signal: AbortSignal): Promise<RollbackTarget> {
  const targets = await haloy.rollbackTargets({ signal });
  const target = targets.find((candidate) => candidate.lastGood);
  if (target) return target;
  throw fail("ROLLBACK_TARGET_NOT_FOUND", {
    message: `Cannot roll "${haloy.app}" back: the server keeps no earlier release of it`,
    hint: `Deploy again, or see "history:" in the config for how many releases are kept`,
  });
}
