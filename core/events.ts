/**
 * What happens during a run, as one append-only list of plain facts. The terminal, `--json`
 * and a script are readers of the same list, and a late reader misses nothing.
 *
 * @module
 */

import type { ErrorJson } from "./errors.ts";
import type { DeploymentState, HookName } from "./hooks.ts";

/** How important a line is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** What a run does. */
export type Operation = "plan" | "deploy" | "rollback" | "status";

/** The parts of a run, in order. `deploy` is the part on the server. */
export type Stage = "verify" | "resolve" | "build" | "push" | "deploy";

/** Which plugin speaks, in which hook. */
export interface Speaker {
  readonly plugin: string;
  readonly hook: HookName;
}

/** The lists of shell commands in a config. The first and the last are for all targets together. */
export type CommandPhase =
  | "global_pre_deploy"
  | "pre_deploy"
  | "post_deploy"
  | "global_post_deploy";

/** What a run is about. */
interface Subject {
  readonly operation: Operation;
  /** The targets' apps, separated by commas. */
  readonly app: string;
  readonly targets: readonly string[];
}

/** One fact. Plain data only, so it crosses a wire unchanged. */
export type HaloyEvent =
  | ({ readonly type: "run:start" } & Subject)
  | ({ readonly type: "run:end" } & Subject)
  | { readonly type: "run:fail"; readonly operation: Operation; readonly error: ErrorJson }
  | {
      /** Protected targets that "all" did not include. */
      readonly type: "targets:left-out";
      readonly targets: readonly string[];
      readonly message: string;
      readonly hint: string;
    }
  | {
      /** A command of the config begins in the user's shell. */
      readonly type: "command:start";
      readonly phase: CommandPhase;
      readonly command: string;
    }
  | { readonly type: "command:output"; readonly phase: CommandPhase; readonly line: string }
  | {
      readonly type: "command:end";
      readonly phase: CommandPhase;
      readonly command: string;
      readonly elapsedMs: number;
      /** Null: it did not end by itself. */
      readonly exitCode: number | null;
    }
  | { readonly type: "stage:start"; readonly stage: Stage; readonly label: string }
  | {
      readonly type: "stage:end";
      readonly stage: Stage;
      readonly elapsedMs: number;
      readonly summary?: string;
    }
  | ({ readonly type: "hook:start" } & Speaker)
  | ({ readonly type: "hook:slow"; readonly elapsedMs: number } & Speaker)
  | ({
      readonly type: "hook:end";
      readonly elapsedMs: number;
      readonly outcome: "answered" | "passed";
    } & Speaker)
  | ({
      readonly type: "hook:fail";
      readonly elapsedMs: number;
      readonly error: ErrorJson;
    } & Speaker)
  | ({ readonly type: "log"; readonly level: LogLevel; readonly message: string } & Speaker)
  | ({
      readonly type: "progress";
      readonly label: string;
      readonly done: number;
      readonly total?: number;
      readonly unit?: "bytes" | "steps";
    } & Speaker)
  | {
      readonly type: "deployment:state";
      readonly deployment: string;
      readonly state: DeploymentState;
    }
  | {
      readonly type: "deployment:queued";
      readonly deployment: string;
      /** The deployment that runs now. */
      readonly behind: string;
    }
  | {
      readonly type: "deployment:log";
      readonly deployment: string;
      readonly level: LogLevel;
      readonly message: string;
    };

/** An event with its place in the list (from 0) and its time (ISO 8601, UTC). */
export type Stamped = HaloyEvent & {
  readonly seq: number;
  readonly time: string;
  /** The target it belongs to. Absent: all of them, or none. */
  readonly target?: string;
};

/** Where events are added. */
export type EventSink = Pick<EventLog, "append">;

/** An append-only list that any number of readers follow, each from where it likes. */
export class EventLog {
  readonly #events: Stamped[] = [];
  #waiting: (() => void)[] = [];
  #closed = false;
  readonly #mask: (event: HaloyEvent) => HaloyEvent;

  constructor(mask: (event: HaloyEvent) => HaloyEvent = (event) => event) {
    this.#mask = mask;
  }

  /** Add one event. Secrets are masked here, before any reader can see it. */
  append(event: HaloyEvent): void {
    this.#add(event);
  }

  /** The same list for one target: what is added through it is the target's. */
  of(target: string): EventSink {
    return { append: (event) => this.#add(event, target) };
  }

  /** No more events will come: readers end. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Replay from `seq`, then follow until the list is closed. */
  async *from(seq: number): AsyncGenerator<Stamped> {
    for (let next = seq; ; ) {
      const event = this.#events[next];
      if (event) {
        next += 1;
        yield event;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((wake) => this.#waiting.push(wake));
      }
    }
  }

  #add(event: HaloyEvent, target?: string): void {
    if (this.#closed) return;
    const stamp = {
      seq: this.#events.length,
      time: new Date().toISOString(),
      ...(target === undefined ? {} : { target }),
    };
    this.#events.push({ ...this.#mask(event), ...stamp });
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
