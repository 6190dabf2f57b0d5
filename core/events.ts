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

/** One fact. Plain data only, so it crosses a wire unchanged. */
export type HaloyEvent =
  | { readonly type: "run:start"; readonly operation: Operation; readonly app: string }
  | { readonly type: "run:end"; readonly operation: Operation; readonly app: string }
  | { readonly type: "run:fail"; readonly operation: Operation; readonly error: ErrorJson }
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
export type Stamped = HaloyEvent & { readonly seq: number; readonly time: string };

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
    if (this.#closed) return;
    const stamp = { seq: this.#events.length, time: new Date().toISOString() };
    this.#events.push({ ...this.#mask(event), ...stamp });
    this.#wake();
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

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
