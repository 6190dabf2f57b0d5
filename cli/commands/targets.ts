/**
 * `haloy targets`: offline.
 *
 * @module
 */

import { stdout } from "../output.ts";
import { table } from "../render/format.ts";
import { loadTarget, printJson, type TargetFlags } from "../session.ts";

/** List the config's targets. */
export async function targets(flags: TargetFlags): Promise<void> {
  const { file, config } = await loadTarget(flags);
  const { name, server = null, domains } = config;
  const hosts = domains.map(({ domain }) => domain);
  if (flags.json) printJson({ file, targets: [{ name, server, domains: hosts }] });
  else {
    const row = [name, server ?? "(the one you added)", hosts.join(", ")];
    stdout.line(table(["TARGET", "SERVER", "DOMAINS"], [row]));
  }
}
