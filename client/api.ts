/**
 * The public API's types: what `createHaloy` gives and what its runs resolve to.
 *
 * @module
 */

import type { Stamped } from "../core/events.ts";
import type { DeploymentState, PullPolicy, PushedImage, Replica } from "../core/hooks.ts";

/**
 * Work under way: iterate it for its events, await it for its result. Iterating never throws for
 * a failed run (the last event is `run:fail`); awaiting does. Every iteration starts at the first event.
 */
export interface Run<Result> extends AsyncIterable<Stamped>, PromiseLike<Result> {
  /** The result as a real promise, with `catch` and `finally`. */
  readonly result: Promise<Result>;
  /** End the run on both sides. The result rejects with `ABORTED`. */
  cancel(): void;
}

/** Options of every run. */
export interface RunOptions {
  /** Cancels the run, here and on the server. */
  readonly signal?: AbortSignal;
}

/** Which targets an operation is about. Absent: the config's only one. */
export interface TargetOptions<Name extends string = string> extends RunOptions {
  /** Targets by name. */
  readonly targets?: readonly Name[];
  /** All targets, without protected ones where the operation changes something. */
  readonly all?: boolean;
  /** With `all`: protected targets too. */
  readonly includeProtected?: boolean;
}

/** One answer for each chosen target, by its name. */
export type ByTarget<Name extends string, Answer> = Readonly<Record<Name, Answer>>;

/** What a deploy would do, found out by reading only. */
export interface Plan<Name extends string = string> {
  /** In the order of the config. */
  readonly targets: ByTarget<Name, TargetPlan>;
  /** Images that are built here, each once. */
  readonly builds: readonly PlannedBuild[];
  /** Ways that images travel, each once. */
  readonly pushes: readonly PlannedPush[];
  /** Commands for the shell: before everything else, and after all targets. */
  readonly globalPreDeploy: readonly string[];
  readonly globalPostDeploy: readonly string[];
}

/** An image that is built once, for one or several targets. */
export interface PlannedBuild {
  readonly image: string;
  /** Absolute paths. */
  readonly context: string;
  readonly dockerfile: string;
  readonly platforms: readonly string[];
  /** The stage of the Dockerfile. Null: the last one. */
  readonly stage: string | null;
  /** Names of build arguments and secrets, never their values. */
  readonly args: readonly string[];
  readonly secrets: readonly string[];
  readonly targets: readonly string[];
}

/** An image that is brought to one place, for one or several targets. */
export interface PlannedPush {
  readonly image: string;
  readonly strategy: string;
  /** The server's URL, or the registry. */
  readonly to: string;
  readonly targets: readonly string[];
}

/** What a deploy would do to one target. */
export interface TargetPlan {
  readonly target: string;
  readonly app: string;
  readonly server: string;
  /** The image reference. */
  readonly image: string;
  /** `build`: built here. `pull`: the server gets it from a registry, by the pull policy. */
  readonly source: "build" | "pull";
  readonly pullPolicy: PullPolicy;
  /** Null: nothing is pushed. */
  readonly push: string | null;
  readonly history: string;
  readonly strategy: "rolling" | "replace";
  readonly preDeploy: readonly string[];
  readonly postDeploy: readonly string[];
  /** Settings that differ from what runs. Without secret values. */
  readonly changes: readonly Change[];
  /** Containers that would be started: replicas of the new version. */
  readonly starts: number;
  /** Containers that would be stopped and removed, by name. */
  readonly stops: readonly string[];
  /**
   * Releases that stay to roll back to, and those that retention would remove, newest first. Null:
   * only the server has the history strategy.
   */
  readonly keeps: readonly string[] | null;
  readonly removes: readonly string[] | null;
  /** What runs now. Null: nothing, or the server does not know the app. */
  readonly current: AppStatus | null;
}

/**
 * A setting that differs between what runs and the config. A value that may be a secret (of `env`,
 * `labels`, `command`, `log.options`, a login) is only called "set" and "changed".
 */
export interface Change {
  /** As the config writes it: `image`, `env.DATABASE_URL`, `replicas`. */
  readonly setting: string;
  /** What runs, in words. Null: it was not set. */
  readonly from: string | null;
  /** What the config says. Null: it is not set any more. */
  readonly to: string | null;
}

/** How a successful deploy or rollback ended. */
export interface DeployResult {
  readonly target: string;
  readonly app: string;
  readonly server: string;
  readonly deployment: string;
  readonly image: string;
  readonly imageId: string;
  readonly replicas: readonly Replica[];
  /** Null when nothing was pushed. */
  readonly push: PushedImage | null;
  /** The deployment whose release a rollback brought back. */
  readonly rolledBackTo: string | null;
  readonly elapsedMs: number;
}

/** One app as the server sees it. */
export interface AppStatus {
  readonly target: string;
  readonly app: string;
  /** `running`, `restarting`, `paused`, `exited`, `dead`, `created` or `unknown`. */
  readonly state: string;
  /** The deployment that serves. */
  readonly deployment: string;
  readonly image: string;
  readonly domains: readonly { readonly domain: string; readonly aliases: readonly string[] }[];
  readonly replicas: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly upstream: string | null;
  }[];
  /** The newest deployment, whatever became of it. */
  readonly latest: { readonly deployment: string; readonly state: DeploymentState } | null;
}

/** A release that `rollback` can bring back. */
export interface RollbackTarget {
  readonly deployment: string;
  readonly image: string;
  /** The engine's ID for it. Empty where the server does not say. */
  readonly imageId: string;
  /** Settings that a rollback would change: from those of the current release. */
  readonly changes: readonly Change[];
  /** When it became healthy: ISO 8601, UTC. */
  readonly at: string;
  readonly current: boolean;
  /** It is what `rollback` without an ID brings back. */
  readonly lastGood: boolean;
}

/** Options of {@link Haloy.deploy}. */
export interface DeployOptions<Name extends string = string> extends TargetOptions<Name> {
  /** Do not wait behind another deployment of the app: fail with `DEPLOYMENT_BUSY`. */
  readonly noWait?: boolean;
}

/** Options of {@link Haloy.rollback}. */
export interface RollbackOptions<Name extends string = string> extends DeployOptions<Name> {
  /** A deployment ID, when one target is chosen. Absent: the last good release before the current one. */
  readonly to?: string;
}

/** Options of {@link Haloy.logs}. */
export interface LogsOptions<Name extends string = string> extends TargetOptions<Name> {
  /** Lines of the past, default 100. */
  readonly tail?: number;
  /** Default true. */
  readonly follow?: boolean;
  /** One container of the app, by ID or name. Default: the first. */
  readonly container?: string;
  readonly allContainers?: boolean;
}

/** Options of {@link Haloy.stop}. */
export interface StopOptions<Name extends string = string> extends TargetOptions<Name> {
  readonly removeContainers?: boolean;
}

/** A line of an app's output. */
export interface LogLine {
  readonly target: string;
  readonly container: string;
  readonly line: string;
}

/**
 * A configuration and everything that can be done with it. Operations on several targets go to
 * different servers at the same time, and to one server in the order of the config. One that
 * fails does not stop the others; then the operation fails with what went wrong, target by target.
 */
export interface Haloy<Name extends string = string> extends AsyncDisposable {
  /** Names of all targets, in the order of the config. */
  readonly targets: readonly Name[];
  /** Everything `deploy` would do; nothing is changed. */
  plan<Chosen extends Name = Name>(options?: TargetOptions<Chosen>): Run<Plan<Chosen>>;
  /** Build, push, run, and switch traffic. Resolves only when the new versions serve. */
  deploy<Chosen extends Name = Name>(
    options?: DeployOptions<Chosen>,
  ): Run<ByTarget<Chosen, DeployResult>>;
  /** Bring earlier releases back. */
  rollback<Chosen extends Name = Name>(
    options?: RollbackOptions<Chosen>,
  ): Run<ByTarget<Chosen, DeployResult>>;
  /** What runs now. */
  status<Chosen extends Name = Name>(
    options?: TargetOptions<Chosen>,
  ): Run<ByTarget<Chosen, AppStatus>>;
  /** Releases to go back to, newest first. */
  rollbackTargets<Chosen extends Name = Name>(
    options?: TargetOptions<Chosen>,
  ): Run<ByTarget<Chosen, readonly RollbackTarget[]>>;
  /** Lines of the apps' output. */
  logs(options?: LogsOptions<Name>): AsyncIterable<LogLine>;
  /** Stop the apps' containers. Gives back their numbers. */
  stop<Chosen extends Name = Name>(
    options?: StopOptions<Chosen>,
  ): Run<ByTarget<Chosen, { readonly stopped: number }>>;
  /** Close plugins and connections. */
  close(): Promise<void>;
}
