/**
 * `haloy rollback [id]`.
 *
 * @module
 */

import type { Haloy } from "../../client/api.ts";
import { stdout } from "../output.ts";
import { printDeployed } from "../render/deployed.ts";
import { bold, mark } from "../render/style.ts";
import { follow, withSession } from "../session.ts";
import type { DeployFlags } from "./deploy.ts";

/** Bring a release back. Without an ID the last good one, after showing which that is. */
export async function rollback(id: string | undefined, flags: DeployFlags): Promise<void> {
  const json = flags.json ?? false;
  await withSession(flags, async ({ haloy, loaded, signal }) => {
    const to = id ?? (await showLastGood(haloy, json, signal));
    // Without any, the library says why there is none.
    const wanted = to === undefined ? {} : { to };
    const run = haloy.rollback({ ...wanted, signal, noWait: !flags.wait });
    const result = await follow(run, { json, logs: flags.logs });
    printDeployed(result, loaded.config.domains, json);
  });
}

/** Print which release is the last good one, and give its deployment back. */
async function showLastGood(
  haloy: Haloy,
  json: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const targets = await haloy.rollbackTargets({ signal });
  const target = targets.find((candidate) => candidate.lastGood);
  if (target === undefined) return undefined;
  if (json) {
    stdout.raw(JSON.stringify({ type: "rollback-target", ...target }));
  } else {
    stdout.line(`${mark.info} The last good release is ${bold(target.deployment)}:`);
    stdout.line(`  ${target.image}, healthy since ${target.at}`);
  }
  return target.deployment;
}
