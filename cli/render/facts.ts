/**
 * A run's events as lines of text, for people. Both the live display and plain output print
 * these lines.
 *
 * @module
 */

import type { LogLevel, Stage, Stamped } from "../../core/events.ts";
import { plainText } from "../output.ts";
import { duration } from "./format.ts";
import { bold, dim, mark } from "./style.ts";

/** Lines for one of the two streams. */
export interface Fact {
  readonly important: boolean;
  readonly text: string;
}

/** What is left out. */
export interface FactOptions {
  /** Also lines of level `debug`. */
  readonly debug: boolean;
  /** The lines of the deployment's log. */
  readonly logs: boolean;
  /** Say when something begins: not needed where a live display shows it. */
  readonly beginnings: boolean;
}

/** Turns events into lines, in order. Remembers how stages are called. */
export class Facts {
  readonly #options: FactOptions;
  readonly #labels: Map<Stage, string> = new Map();

  constructor(options: FactOptions) {
    this.#options = options;
  }

  /** The line for an event. Null: it is not worth one. */
  of(event: Stamped): Fact | null {
    switch (event.type) {
      case "run:start":
        if (event.operation === "deploy") return info(`Deploying ${bold(event.app)}`);
        return event.operation === "rollback" ? info(`Rolling back ${bold(event.app)}`) : null;
      case "stage:start":
        this.#labels.set(event.stage, event.label);
        return this.#options.beginnings ? plain(dim(`  ${event.label}…`)) : null;
      case "stage:end": {
        const label = this.#labels.get(event.stage) ?? event.stage;
        const summary = event.summary === undefined ? "" : `: ${event.summary}`;
        return plain(`${mark.done} ${label}${summary} ${dim(`(${duration(event.elapsedMs)})`)}`);
      }
      case "hook:slow":
        return plain(
          dim(`  still waiting for plugin ${event.plugin}, ${duration(event.elapsedMs)} so far`),
        );
      case "hook:fail":
        // A failure in any other hook ends the run, which is told at its end.
        return event.hook === "done" || event.hook === "fail"
          ? warning(`Plugin ${event.plugin}: ${event.error.message}`)
          : null;
      case "log":
        return this.#log(event.plugin, event.level, event.message);
      case "deployment:state":
        return this.#options.beginnings ? plain(dim(`  ${event.state}`)) : null;
      case "deployment:queued":
        return info(`Waiting for deployment ${event.behind} to end`);
      case "deployment:log":
        return this.#options.logs ? this.#log("server", event.level, event.message) : null;
      default:
        return null;
    }
  }

  #log(speaker: string, level: LogLevel, logged: string): Fact | null {
    // What a program logged must not move the cursor of the display.
    const message = plainText(logged);
    if (level === "debug" && !this.#options.debug) return null;
    if (level === "warn" || level === "error") return warning(`${speaker}: ${message}`);
    const prefix = dim(`  ${speaker} │ `);
    return plain(
      message
        .split("\n")
        .map((line) => prefix + line)
        .join("\n"),
    );
  }
}

const plain = (text: string): Fact => ({ important: false, text });
const info = (text: string): Fact => plain(`${mark.info} ${text}`);
const warning = (text: string): Fact => ({ important: true, text: `${mark.warn} ${text}` });
