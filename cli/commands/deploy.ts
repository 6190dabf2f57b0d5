/**
 * `haloy deploy`.
 *
 * @module
 */

import { printDeployed } from "../render/deployed.ts";
import { follow, type TargetFlags, withSession } from "../session.ts";

/** Flags of `deploy` and `rollback`. */
export interface DeployFlags extends TargetFlags {
  readonly logs: boolean;
  readonly wait: boolean;
}

/** Build, push, run, switch. Returns only when the new version serves. */
export async function deploy(flags: DeployFlags): Promise<void> {
  const json = flags.json ?? false;
  await withSession(flags, async ({ haloy, loaded, signal }) => {
    const run = haloy.deploy({ signal, noWait: !flags.wait });
    const result = await follow(run, { json, logs: flags.logs });
    printDeployed(result, loaded.config.domains, json);
  });
}
