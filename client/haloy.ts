/**
 * `createHaloy`: a configuration and everything that can be done with it.
 *
 * @module
 */

import { checkConfig, type LoadedConfig } from "../core/config/load.ts";
import type { ConfigInput, TargetName } from "../core/config/types.ts";
import type { Operation } from "../core/events.ts";
import type { ByTarget, Haloy, LogLine, LogsOptions, Run, TargetOptions } from "./api.ts";
import { chooseTargets } from "./choose.ts";
import { connectAll } from "./connect-targets.ts";
import { deploy } from "./deploy.ts";
import { mergeLogs, openLogs } from "./logs.ts";
import { type Connected, type Opened, open } from "./opened.ts";
import { answersOf, forEachTarget } from "./outcomes.ts";
import { plan } from "./plan.ts";
import { rollbackTargetsOf, statusOf } from "./releases.ts";
import { rollback } from "./rollback.ts";
import { startRun } from "./run.ts";
import { type Environment, Session } from "./session.ts";

/** Options of {@link createHaloy}. */
export interface HaloyOptions {
  /**
   * Environment for `from.env`, tokens, plugins and commands; `.env` files add to it. Default: the
   * process's.
   */
  readonly env?: Environment;
  /** Where `.env` files are looked for besides the config's directory. Default: the process's. */
  readonly cwd?: string;
}

/** How an operation runs. */
interface Rule {
  /** It changes what runs, so `all` leaves protected targets out. */
  readonly sparesProtected?: boolean;
  readonly readOnly?: boolean;
}

/**
 * Open a configuration: what `loadConfig` gave, or one written in place with `defineConfig`, whose
 * targets are then known by name. Nothing is contacted before the first operation.
 *
 * @throws `CONFIG_INVALID` for a configuration written in place.
 */
export function createHaloy(config: LoadedConfig, options?: HaloyOptions): Haloy;
export function createHaloy<const Input extends ConfigInput>(
  config: Input,
  options?: HaloyOptions,
): Haloy<TargetName<Input>>;
export function createHaloy(
  input: ConfigInput | LoadedConfig,
  { env = process.env, cwd = process.cwd() }: HaloyOptions = {},
): Haloy {
  const loaded = "locate" in input ? input : checkConfig(input, { directory: cwd });
  const { config } = loaded;
  const session = new Session(loaded, { env, cwd });

  /** Start a run about the targets that `options` choose. */
  const start = <Answer>(
    operation: Operation,
    options: TargetOptions,
    { sparesProtected = false, readOnly = false }: Rule,
    work: (run: Opened) => Promise<Answer>,
  ): Run<Answer> => {
    const choose = () => {
      const chosen = chooseTargets(config, options, { sparesProtected });
      return { ...chosen, apps: chosen.names.map((name) => config.targets[name]?.name ?? name) };
    };
    return startRun(operation, choose, options, async (workspace, names) =>
      work(await open(session, workspace, names, { readOnly })),
    );
  };

  /** Ask about each target, where no values are needed but tokens. */
  const ask = <Answer>(
    options: TargetOptions,
    rule: Rule,
    action: string,
    question: (target: Connected, signal: AbortSignal) => Promise<Answer>,
  ): Run<ByTarget<string, Answer>> =>
    start("status", options, rule, async (run) => {
      const { signal } = run.workspace;
      const outcomes = await forEachTarget(await connectAll(run), signal, (target) =>
        question(target, signal),
      );
      return answersOf(outcomes, { action, done: "Done" });
    });

  async function* logs(options: LogsOptions): AsyncGenerator<LogLine> {
    const ended = new AbortController();
    const { signal = ended.signal } = options;
    const either = AbortSignal.any([signal, ended.signal]);
    try {
      const streams = await start("status", options, {}, async (run) =>
        openLogs(await connectAll(run), options, either),
      );
      yield* mergeLogs(streams);
    } finally {
      ended.abort();
    }
  }

  const changing = { sparesProtected: true };
  return {
    targets: Object.keys(config.targets),
    plan: (options = {}) => start("plan", options, { ...changing, readOnly: true }, plan),
    deploy: ({ noWait = false, ...options } = {}) =>
      start("deploy", options, changing, (run) => deploy(run, { noWait })),
    rollback: ({ to, noWait = false, ...options } = {}) =>
      start("rollback", options, changing, (run) => rollback(run, { to, noWait })),
    status: (options = {}) => ask(options, {}, "see what runs of", statusOf),
    rollbackTargets: (options = {}) => ask(options, {}, "see the releases of", rollbackTargetsOf),
    stop: ({ removeContainers = false, ...options } = {}) =>
      ask(options, changing, "stop", async ({ target, server }, signal) => {
        const query = removeContainers ? "?remove-containers=true" : "";
        const path = `/v1/stop/${target.name}${query}`;
        return await server.json<{ stopped: number }>(path, { method: "POST", signal });
      }),
    logs: (options = {}) => logs(options),
    close: () => session.close(),
    [Symbol.asyncDispose]: () => session.close(),
  };
}
