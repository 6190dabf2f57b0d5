/**
 * What every command about apps begins with: its config, its choice of targets, and a way to
 * cancel.
 *
 * @module
 */

import { relative } from "node:path";
import process from "node:process";
import type { ByTarget, Haloy, Run, TargetOptions } from "../client/api.ts";
import type { LoadedConfig } from "../core/config/load.ts";
import { isHaloyError } from "../core/errors.ts";
import { cancelOnSignal } from "./cancel.ts";
import { stderr, stdout } from "./output.ts";
import { openReporter, type ReporterOptions } from "./render/reporter.ts";
import { mark } from "./render/style.ts";

/** Flags of every command about a config. */
export interface ConfigFlags {
  readonly config?: string | undefined;
  readonly json?: true | undefined;
}

/** Flags of every command about apps. */
export interface TargetFlags extends ConfigFlags {
  readonly targets?: readonly string[] | undefined;
  readonly all?: true | undefined;
  readonly includeProtected?: true | undefined;
}

/** A config, ready to work with. */
export interface Session {
  readonly haloy: Haloy;
  readonly loaded: LoadedConfig;
  /** Which targets the flags choose, and the signal that Ctrl-C aborts: options of every run. */
  readonly chosen: TargetOptions & { readonly signal: AbortSignal };
}

/** Read the config. Contacts nothing; prints warnings. */
export async function load(flags: ConfigFlags): Promise<LoadedConfig> {
  const { loadConfig } = await import("../core/config/load.ts");
  const loaded = await loadConfig(flags.config, { cwd: process.cwd() });
  await printWarnings(loaded);
  return loaded;
}

/** Print what is valid in a config but probably not meant. */
async function printWarnings({ file, warnings }: LoadedConfig): Promise<void> {
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

/** The choice of targets, for the library to make. */
export function choiceOf({ targets, all, includeProtected }: TargetFlags): TargetOptions {
  return {
    ...(targets === undefined ? {} : { targets }),
    ...(all ? { all } : {}),
    ...(includeProtected ? { includeProtected } : {}),
  };
}

/** Do `work` with the config's apps, and close everything after it. */
export async function withSession<Result>(
  flags: TargetFlags,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  using cancellation = cancelOnSignal(() => {
    stderr.line("Cancelling… (once more to leave at once)");
  });
  const loaded = await load(flags);
  const { createHaloy } = await import("../mod.ts");
  await using haloy = createHaloy(loaded, { env: process.env });
  const chosen = { ...choiceOf(flags), signal: cancellation.signal };
  return await work({ haloy, loaded, chosen });
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

/** The answer of a run that is a question: its events are not part of what is printed. */
export async function ask<Answer>(run: Run<Answer>, { json }: ConfigFlags): Promise<Answer> {
  return json ? await run.result : await follow(run, { json: false, quiet: true });
}

/**
 * Print each target's answer. When some targets failed, the answers of the others are printed and
 * the failure is thrown.
 */
export async function printEach<Answer>(
  answers: Promise<ByTarget<string, Answer>>,
  print: (answer: Answer, target: string) => void,
): Promise<void> {
  const all = (given: ByTarget<string, Answer>) => {
    for (const [target, answer] of Object.entries(given)) print(answer, target);
  };
  try {
    all(await answers);
  } catch (error) {
    all(answersBeside<Answer>(error));
    throw error;
  }
}

/** What an operation that failed for some targets gave for the others. */
function answersBeside<Answer>(error: unknown): ByTarget<string, Answer> {
  const details = isHaloyError(error) ? error.details : null;
  const { targets = {} } = (details ?? {}) as {
    targets?: Readonly<Record<string, { succeeded?: boolean; answer?: Answer }>>;
  };
  return Object.fromEntries(
    Object.entries(targets).flatMap(([name, { succeeded, answer }]) =>
      succeeded && answer !== undefined ? [[name, answer]] : [],
    ),
  );
}

/** Print a command's only answer as JSON. */
export function printJson(answer: unknown): void {
  stdout.raw(JSON.stringify(answer));
}
