/**
 * `haloy rollback [id]`.
 *
 * @module
 */

import type { RollbackTarget } from "../../client/api.ts";
import { stdout } from "../output.ts";
import { printDeployed } from "../render/deployed.ts";
import { bold, mark } from "../render/style.ts";
import { ask, follow, printEach, printJson, type Session, withSession } from "../session.ts";
import type { DeployFlags } from "./deploy.ts";

/** Bring releases back. Without an ID the last good ones; of one target, after showing which. */
export async function rollback(id: string | undefined, flags: DeployFlags): Promise<void> {
  const json = flags.json ?? false;
  const several = flags.all || (flags.targets?.length ?? 1) > 1;
  await withSession(flags, async (session) => {
    const { haloy, loaded, chosen } = session;
    const to = id ?? (several ? undefined : await showLastGood(session, flags));
    // Without any, the library says why there is none.
    const wanted = to === undefined ? {} : { to };
    const run = haloy.rollback({ ...chosen, ...wanted, noWait: !flags.wait });
    await printEach(follow(run, { json, logs: flags.logs }), (result, target) =>
      printDeployed(result, loaded.config.targets[target]?.domains ?? [], json),
    );
  });
}

/** Print which release is the last good one, and give its deployment back. */
async function showLastGood(
  { haloy, chosen }: Session,
  flags: DeployFlags,
): Promise<string | undefined> {
  const releases = Object.values(await ask(haloy.rollbackTargets(chosen), flags)).flat();
  const release = releases.find(({ lastGood }) => lastGood);
  if (release === undefined) return undefined;
  if (flags.json) printJson({ type: "rollback-target", ...release });
  else printRelease(release);
  return release.deployment;
}

function printRelease({ deployment, image, at }: RollbackTarget): void {
  stdout.line(`${mark.info} The last good release is ${bold(deployment)}:`);
  stdout.line(`  ${image}, healthy since ${at}`);
}
