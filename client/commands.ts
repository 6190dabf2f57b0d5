/**
 * The config's own commands: before the build, and after the deploy.
 *
 * @module
 */

import { fail, type HaloyError, type Location } from "../core/errors.ts";
import type { CommandPhase, EventSink } from "../core/events.ts";
import type { Opened } from "./opened.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Prepared } from "./prepare.ts";
import type { Environment } from "./session.ts";
import { runInShell } from "./shell.ts";
import { toldLines } from "./told-lines.ts";

/** Lines of a failed command that its error shows. */
const LAST_LINES = 20;

/** A target with the ID of its deployment. */
export interface Job extends Prepared {
  readonly deployment: string;
}

/** Commands that belong together. */
interface Commands {
  readonly phase: CommandPhase;
  readonly commands: readonly string[];
  readonly env: Environment;
  readonly events: EventSink;
  locate(index: number): Location;
}

/**
 * Run `global_pre_deploy`, then `pre_deploy` of each target. `onBegin` hears of every target before
 * its first command runs.
 *
 * @throws `HOOK_COMMAND_FAILED` of the first one that fails: nothing after it runs.
 */
export async function runBefore(
  run: Opened,
  jobs: readonly Job[],
  onBegin: (job: Job) => void,
): Promise<void> {
  const { config, loaded } = run.session;
  await runAll(run, {
    phase: "global_pre_deploy",
    commands: config.globalPreDeploy,
    env: globalEnvironment(jobs),
    events: run.workspace.events,
    locate: (index) => loaded.locate(["globalPreDeploy", index]),
  });
  for (const job of jobs) {
    if (job.target.preDeploy.length > 0) onBegin(job);
    await runAll(run, {
      phase: "pre_deploy",
      commands: job.target.preDeploy,
      env: environmentOf(job),
      events: job.events,
      locate: (index) => loaded.locate(["preDeploy", index], job.name),
    });
  }
}

/** What ends. */
export interface Ended<Answer = unknown> {
  readonly jobs: readonly Job[];
  /**
   * Targets whose `post_deploy` runs. When a command before the deploy failed, those whose
   * `pre_deploy` had begun: what it switched on is switched off again.
   */
  readonly ended: readonly Job[];
  readonly outcomes: Outcomes<Answer>;
}

/**
 * Run `post_deploy` of each target, whatever its outcome, then `global_post_deploy`.
 *
 * @throws `HOOK_COMMAND_FAILED` of the first one that fails: nothing after it runs.
 */
export async function runAfter(run: Opened, { jobs, ended, outcomes }: Ended): Promise<void> {
  const { config, loaded } = run.session;
  const outcomeOf = (names: readonly string[]) =>
    names.every((name) => outcomes.get(name)?.succeeded) ? "succeeded" : "failed";
  for (const job of ended) {
    await runAll(run, {
      phase: "post_deploy",
      commands: job.target.postDeploy,
      env: { ...environmentOf(job), HALOY_OUTCOME: outcomeOf([job.name]) },
      events: job.events,
      locate: (index) => loaded.locate(["postDeploy", index], job.name),
    });
  }
  await runAll(run, {
    phase: "global_post_deploy",
    commands: config.globalPostDeploy,
    env: { ...globalEnvironment(jobs), HALOY_OUTCOME: outcomeOf(jobs.map(({ name }) => name)) },
    events: run.workspace.events,
    locate: (index) => loaded.locate(["globalPostDeploy", index]),
  });
}

function environmentOf({ name, target, server, deployment, environment }: Job): Environment {
  return {
    ...environment.variables,
    HALOY_TARGET: name,
    HALOY_APP: target.name,
    HALOY_SERVER: server.url,
    HALOY_DEPLOYMENT_ID: deployment,
  };
}

/** Commands of all targets see what no target has for itself, whichever are chosen. */
function globalEnvironment(jobs: readonly Job[]): Environment {
  return {
    ...jobs[0]?.environment.shared,
    HALOY_TARGETS: jobs.map(({ name }) => name).join(","),
  };
}

async function runAll({ session, workspace }: Opened, some: Commands): Promise<void> {
  const { phase, commands, env, events, locate } = some;
  for (const [index, command] of commands.entries()) {
    const began = performance.now();
    const last: string[] = [];
    events.append({ type: "command:start", phase, command });
    const tell = toldLines((line) => events.append({ type: "command:output", phase, line }));
    const exit = await runInShell({
      command,
      cwd: session.loaded.directory,
      env,
      signal: workspace.signal,
      onLine(line) {
        if (last.push(line) > LAST_LINES) last.shift();
        tell(line);
      },
    });
    const elapsedMs = Math.round(performance.now() - began);
    events.append({ type: "command:end", phase, command, elapsedMs, exitCode: exit.code });
    if (exit.code === 0) continue;
    const reason = exit.code === null ? exit.reason : `it ended with exit code ${exit.code}`;
    throw commandFailed(some, { command, reason, exitCode: exit.code, last, at: locate(index) });
  }
}

function commandFailed(
  { phase, env }: Commands,
  failure: {
    readonly command: string;
    readonly reason: string;
    readonly exitCode: number | null;
    readonly last: readonly string[];
    readonly at: Location;
  },
): HaloyError {
  const { command, reason, exitCode, last, at } = failure;
  const target = env.HALOY_TARGET;
  const whose = phase.startsWith("global") || !target ? "" : ` of ${target}`;
  const said = last.length > 0 ? `. Its last lines:\n${last.join("\n")}` : "";
  const before = phase.endsWith("pre_deploy");
  return fail("HOOK_COMMAND_FAILED", {
    message: `Cannot run the ${phase} command "${command}"${whose}: ${reason}${said}`,
    hint: before
      ? "Nothing was built or deployed. Correct the command and try again"
      : "Commands after it did not run. Correct the command, and run it by hand where it is needed",
    at,
    details: { phase, command, exitCode, ...(whose ? { target } : {}) },
  });
}
