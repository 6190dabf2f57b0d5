/**
 * `haloy deploy`.
 *
 * @module
 */

import { printDeployed } from "../render/deployed.ts";
import { follow, printEach, type TargetFlags, withSession } from "../session.ts";

/** Flags of `deploy` and `rollback`. */
export interface DeployFlags extends TargetFlags {
  readonly logs: boolean;
  readonly wait: boolean;
}

/** Build, push, run, switch. Returns only when the new versions serve. */
export async function deploy(flags: DeployFlags): Promise<void> {
  const json = flags.json ?? false;
  await withSession(flags, async ({ haloy, loaded, chosen }) => {
    const run = haloy.deploy({ ...chosen, noWait: !flags.wait });
    await printEach(follow(run, { json, logs: flags.logs }), (result, target) =>
      printDeployed(result, loaded.config.targets[target]?.domains ?? [], json),
    );
  });
}
