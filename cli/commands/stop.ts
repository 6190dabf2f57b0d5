/**
 * `haloy stop`.
 *
 * @module
 */

import { stdout } from "../output.ts";
import { counted } from "../render/format.ts";
import { bold, mark } from "../render/style.ts";
import { printJson, type TargetFlags, withSession } from "../session.ts";

/** Flags of `stop`. */
export interface StopFlags extends TargetFlags {
  readonly removeContainers?: true | undefined;
}

/** Stop the app's containers. */
export async function stop(flags: StopFlags): Promise<void> {
  const removeContainers = flags.removeContainers ?? false;
  await withSession(flags, async ({ haloy, signal }) => {
    const { stopped } = await haloy.stop({ removeContainers, signal });
    const verb = removeContainers ? "Stopped and removed" : "Stopped";
    if (flags.json) printJson({ app: haloy.app, stopped, removed: removeContainers });
    else stdout.line(`${mark.done} ${verb} ${counted(stopped, "container")} of ${bold(haloy.app)}`);
  });
}
