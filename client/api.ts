/**
 * The public API's types: what `createHaloy` gives and what its runs resolve to.
 *
 * @module
 */

import type { Stamped } from "../core/events.ts";
import type { DeploymentState, PushedImage, Replica } from "../core/hooks.ts";

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

/** What a deploy would do, found out by reading only. */
export interface Plan {
  readonly app: string;
  readonly server: string;
  /** The image reference. */
  readonly image: string;
  /** Null: nothing is built. */
  readonly build: {
    readonly context: string;
    readonly dockerfile: string;
    readonly platform: string;
  } | null;
  /** Null: the server pulls the image. */
  readonly push: string | null;
  readonly history: string;
  readonly strategy: "rolling" | "replace";
  readonly replicas: number;
  readonly domains: readonly string[];
  /** Names of the environment variables, never their values. */
  readonly env: readonly string[];
  /** What runs now. Null: nothing, or the server does not know the app. */
  readonly current: AppStatus | null;
}

/** How a successful deploy or rollback ended. */
export interface DeployResult {
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
  /** When it became healthy: ISO 8601, UTC. */
  readonly at: string;
  readonly current: boolean;
  /** It is what `rollback` without an ID brings back. */
  readonly lastGood: boolean;
}

/** Options of {@link Haloy.deploy}. */
export interface DeployOptions extends RunOptions {
  /** Do not wait behind another deployment of the app: fail with `DEPLOYMENT_BUSY`. */
  readonly noWait?: boolean;
}

/** Options of {@link Haloy.rollback}. */
export interface RollbackOptions extends DeployOptions {
  /** A deployment ID. Absent: the last good release before the current one. */
  readonly to?: string;
}

/** Options of {@link Haloy.logs}. */
export interface LogsOptions extends RunOptions {
  /** Lines of the past, default 100. */
  readonly tail?: number;
  /** Default true. */
  readonly follow?: boolean;
  /** One container of the app, by ID or name. Default: the first. */
  readonly container?: string;
  readonly allContainers?: boolean;
}

/** Options of {@link Haloy.stop}. */
export interface StopOptions extends RunOptions {
  readonly removeContainers?: boolean;
}

/** One configured app and its server. */
export interface Haloy extends AsyncDisposable {
  readonly app: string;
  /** Everything `deploy` would do; nothing is changed. */
  plan(options?: RunOptions): Run<Plan>;
  /** Build, push, run, and switch traffic. Resolves only when the new version serves. */
  deploy(options?: DeployOptions): Run<DeployResult>;
  /** Bring an earlier release back. */
  rollback(options?: RollbackOptions): Run<DeployResult>;
  /** What runs now. */
  status(options?: RunOptions): Run<AppStatus>;
  /** Releases to go back to, newest first. */
  rollbackTargets(options?: RunOptions): Promise<readonly RollbackTarget[]>;
  /** Lines of the app's output. */
  logs(options?: LogsOptions): AsyncIterable<{ readonly container: string; readonly line: string }>;
  /** Stop the app's containers. Gives back their number. */
  stop(options?: StopOptions): Promise<{ readonly stopped: number }>;
  /** Close plugins and connections. */
  close(): Promise<void>;
}
