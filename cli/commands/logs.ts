/**
 * `haloy logs`.
 *
 * @module
 */

import { isHaloyError } from "../../core/errors.ts";
import { stderr, stdout } from "../output.ts";
import { cyan, mark } from "../render/style.ts";
import { type TargetFlags, withSession } from "../session.ts";

/** Flags of `logs`. */
export interface LogFlags extends TargetFlags {
  readonly tail: number;
  readonly container?: string | undefined;
  readonly allContainers?: true | undefined;
  readonly follow: boolean;
  readonly raw?: true | undefined;
}

/** Print the app's output until it ends, Ctrl-C is pressed or the reader goes. */
export async function logs(flags: LogFlags): Promise<void> {
  await withSession(flags, async ({ haloy, signal }) => {
    const lines = haloy.logs({
      tail: flags.tail,
      follow: flags.follow,
      ...(flags.container === undefined ? {} : { container: flags.container }),
      ...(flags.allContainers ? { allContainers: true } : {}),
      signal: AbortSignal.any([signal, stdout.closed]),
    });
    try {
      for await (const { container, line } of lines) {
        print(container, line, flags);
        await stdout.drained();
      }
    } catch (error) {
      // `haloy logs | head` got all that it wanted, and Ctrl-C is how following ends.
      if (!((stdout.closed.aborted || signal.aborted) && isAbort(error))) throw error;
      return;
    }
    if (flags.follow && !signal.aborted) {
      stderr.line(`${mark.info} The container has ended. Run "haloy logs" again for a new one`);
    }
  });
}

function print(container: string, line: string, { json, raw, allContainers }: LogFlags): void {
  if (json) stdout.raw(JSON.stringify({ type: "line", container, line }));
  else if (raw) stdout.raw(line);
  else stdout.line(allContainers ? `${cyan(container)} │ ${line}` : line);
}

function isAbort(error: unknown): boolean {
  if (isHaloyError(error)) return error.code === "ABORTED";
  return error instanceof Error && error.name === "AbortError";
}
