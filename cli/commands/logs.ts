/**
 * `haloy logs`.
 *
 * @module
 */

import type { LogLine } from "../../client/api.ts";
import { isHaloyError } from "../../core/errors.ts";
import { stderr, stdout } from "../output.ts";
import { bold, cyan, mark } from "../render/style.ts";
import { type TargetFlags, withSession } from "../session.ts";

/** Flags of `logs`. */
export interface LogFlags extends TargetFlags {
  readonly tail: number;
  readonly container?: string | undefined;
  readonly allContainers?: true | undefined;
  readonly follow: boolean;
  readonly raw?: true | undefined;
}

/** Print the apps' output until it ends, Ctrl-C is pressed or the reader goes. */
export async function logs(flags: LogFlags): Promise<void> {
  const several = flags.all || (flags.targets?.length ?? 1) > 1;
  await withSession(flags, async ({ haloy, chosen }) => {
    const { signal } = chosen;
    const lines = haloy.logs({
      ...chosen,
      tail: flags.tail,
      follow: flags.follow,
      ...(flags.container === undefined ? {} : { container: flags.container }),
      ...(flags.allContainers ? { allContainers: true } : {}),
      signal: AbortSignal.any([signal, stdout.closed]),
    });
    try {
      for await (const line of lines) {
        if (flags.json) stdout.raw(JSON.stringify({ type: "line", ...line }));
        else if (flags.raw) stdout.raw(line.line);
        else stdout.line(prefixOf(line, flags.allContainers ?? false, several) + line.line);
        await stdout.drained();
      }
    } catch (error) {
      // `haloy logs | head` got all that it wanted, and Ctrl-C is how following ends.
      if (!((stdout.closed.aborted || signal.aborted) && isAbort(error))) throw error;
      return;
    }
    if (flags.follow && !signal.aborted) {
      const ended = several ? "The containers have" : "The container has";
      stderr.line(`${mark.info} ${ended} ended. Run "haloy logs" again for a new one`);
    }
  });
}

/** Who speaks, where more than one could. */
function prefixOf({ target, container }: LogLine, containers: boolean, targets: boolean): string {
  const names = [...(targets ? [bold(target)] : []), ...(containers ? [cyan(container)] : [])];
  return names.length === 0 ? "" : `${names.join(" ")} │ `;
}

function isAbort(error: unknown): boolean {
  if (isHaloyError(error)) return error.code === "ABORTED";
  return error instanceof Error && error.name === "AbortError";
}
