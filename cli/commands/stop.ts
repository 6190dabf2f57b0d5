/**
 * `haloy stop`.
 *
 * @module
 */

import { stdout } from "../output.ts";
import { counted } from "../render/format.ts";
import { mark, named } from "../render/style.ts";
import { ask, printEach, printJson, type TargetFlags, withSession } from "../session.ts";

/** Flags of `stop`. */
export interface StopFlags extends TargetFlags {
  readonly removeContainers?: true | undefined;
}

/** Stop the apps' containers. */
export async function stop(flags: StopFlags): Promise<void> {
  const removeContainers = flags.removeContainers ?? false;
  await withSession(flags, async ({ haloy, loaded, chosen }) => {
    const run = haloy.stop({ ...chosen, removeContainers });
    await printEach(ask(run, flags), ({ stopped }, target) => {
      const app = loaded.config.targets[target]?.name ?? target;
      const verb = removeContainers ? "Stopped and removed" : "Stopped";
      if (flags.json) printJson({ target, app, stopped, removed: removeContainers });
      else {
        const count = counted(stopped, "container");
        stdout.line(`${mark.done} ${verb} ${count} of ${named({ target, app })}`);
      }
    });
  });
}
