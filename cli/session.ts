/**
 * What every command about an app begins with: its config, its target, and a way to cancel.
 *
 * @module
 */

import { relative } from "node:path";
import process from "node:process";
import type { Haloy, Run } from "../client/api.ts";
import type { LoadedConfig } from "../core/config/load.ts";
import { fail } from "../core/errors.ts";
import { cancelOnSignal } from "./cancel.ts";
import { stderr, stdout } from "./output.ts";
import { openReporter, type ReporterOptions } from "./render/reporter.ts";
import { mark } from "./render/style.ts";

/** Flags of every command about an app. */
export interface TargetFlags {
  readonly config?: string | undefined;
  readonly targets?: readonly string[] | undefined;
  readonly all?: true | undefined;
  readonly json?: true | undefined;
}

/** An app, ready to work with. */
export interface Session {
  readonly haloy: Haloy;
  readonly loaded: LoadedConfig;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Read the config and check the choice of targets. Contacts nothing; prints warnings. */
export async function loadTarget(flags: TargetFlags): Promise<LoadedConfig> {
  const { loadConfig } = await import("../core/config/load.ts");
  const loaded = await loadConfig(flags.config, { cwd: process.cwd() });
  await printWarnings(loaded);
  const { name } = loaded.config;
  const unknown = flags.targets?.find((target) => target !== name);
  if (unknown !== undefined) {
    throw fail("TARGET_UNKNOWN", {
      message: `Cannot find target "${unknown}": ${shortPath(loaded.file)} has only "${name}"`,
      hint: `Leave --targets out, or write "--targets ${name}"`,
    });
  }
  return loaded;
}

/** Print what is valid in a config but probably not meant. */
export async function printWarnings({ file, warnings }: LoadedConfig): Promise<void> {
  if (warnings.length === 0) return;
  const { printProblem } = await import("../core/config/diagnostics.ts");
  for (const warning of warnings)
    stderr.line(`${mark.warn} ${printProblem(warning, shortPath(file))}`);
}

/** A path as it is shown: relative where that is inside the current directory. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

/** Do `work` with the config's app, and close everything after it. */
export async function withSession<Result>(
  flags: TargetFlags,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  using cancellation = cancelOnSignal(() => {
    stderr.line("Cancelling… (once more to leave at once)");
  });
  const loaded = await loadTarget(flags);
  const { createHaloy } = await import("../mod.ts");
  await using haloy = await createHaloy(loaded, { env: process.env });
  return await work({ haloy, loaded, signal: cancellation.signal });
}

/** Show a run while it goes on. Gives back its result, throws its failure. */
export async function follow<Result>(run: Run<Result>, options: ReporterOptions): Promise<Result> {
  const reporter = await openReporter(options);
  try {
    for await (const event of run) reporter.event(event);
  } finally {
    reporter.close();
  }
  return await run.result;
}

/** Print a command's only answer as JSON. */
export function printJson(answer: unknown): void {
  stdout.raw(JSON.stringify(answer));
}
