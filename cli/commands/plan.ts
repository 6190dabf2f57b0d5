/**
 * `haloy plan`.
 *
 * @module
 */

import { stdout } from "../output.ts";
import { planText } from "../render/plan.ts";
import { ask, printJson, shortPath, type TargetFlags, withSession } from "../session.ts";

/** Show what a deploy would do. */
export async function plan(flags: TargetFlags): Promise<void> {
  await withSession(flags, async ({ haloy, chosen }) => {
    const found = await ask(haloy.plan(chosen), flags);
    if (flags.json) printJson(found);
    else stdout.line(planText(found, shortPath));
  });
}
