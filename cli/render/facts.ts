/**
 * A run's events as lines of text, for people. Both the live display and plain output print
 * these lines.
 *
 * @module
 */

import type { LogLevel, Stamped } from "../../core/events.ts";
import { HOOKS } from "../../core/hooks.ts";
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
  /** A live display shows what goes on, so only what has ended is told. */
  readonly live: boolean;
  /** Only what is important: the run's answer says the rest. */
  readonly quiet: boolean;
}

const FINAL: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled"]);

/** Turns events into lines, in order. Remembers how stages are called. */
export class Facts {
  readonly #options: FactOptions;
  readonly #labels: Map<string, string> = new Map();
  /** Of the column with the targets' names. 0: the run has one target. */
  #width = 0;

  constructor(options: FactOptions) {
    this.#options = options;
  }

  /** The line for an event. Null: it is not worth one. */
  of(event: Stamped): Fact | null {
    if (event.type === "run:start" && event.targets.length > 1) {
      this.#width = Math.max(...event.targets.map((name) => name.length));
    }
    const fact = this.#of(event);
    if (fact === null || (this.#options.quiet && !fact.important)) return null;
    if (event.target === undefined || this.#width === 0) return fact;
    const prefix = `${bold(event.target.padEnd(this.#width))} `;
    return { ...fact, text: prefix + fact.text.replaceAll("\n", `\n${prefix}`) };
  }

  #of(event: Stamped): Fact | null {
    switch (event.type) {
      case "run:start":
        return begun(event);
      case "targets:left-out":
        return {
          important: true,
          text: `${mark.info} ${event.message}\n${mark.next} ${event.hint}`,
        };
      case "command:output":
        return plain(quoted(event.phase, event.line));
      case "command:end":
        return event.exitCode === 0
          ? done(`${event.phase}: ${event.command}`, event)
          : this.#failed(event, event.phase);
      case "stage:start":
        this.#labels.set(`${event.stage} ${event.target}`, event.label);
        return null;
      case "stage:end": {
        const label = this.#labels.get(`${event.stage} ${event.target}`) ?? event.stage;
        return done(event.summary === undefined ? label : `${label}: ${event.summary}`, event);
      }
      case "hook:slow":
        return this.#beginning(
          event.hook === "build"
            ? `still building, ${duration(event.elapsedMs)} so far (HALOY_DEBUG=1 shows its output)`
            : `still waiting for plugin ${event.plugin}, ${duration(event.elapsedMs)} so far`,
        );
      case "hook:fail":
        if (event.hook === "done" || event.hook === "fail") {
          return warning(`Plugin ${event.plugin}: ${event.error.message}`);
        }
        // Everything else is found out for all targets before the first one goes on.
        return HOOKS[event.hook].effect ? this.#failed(event, event.hook) : null;
      case "log":
        return this.#log(event.plugin, event.level, event.message);
      case "deployment:state":
        // How it ended is told by the stage, or by the failure.
        return FINAL.has(event.state) ? null : this.#beginning(event.state);
      case "deployment:queued":
        return info(`Waiting for deployment ${event.behind} to end`);
      case "deployment:log":
        return this.#options.logs ? this.#log("server", event.level, event.message) : null;
      default:
        return null;
    }
  }

  /** A target's failure is told in full at the run's end; other targets may go on till then. */
  #failed({ target }: Stamped, where: string): Fact | null {
    if (target === undefined || this.#width === 0) return null;
    return { important: true, text: `${mark.error} failed in ${where}` };
  }

  /** Something that goes on from now. */
  #beginning(text: string): Fact | null {
    return this.#options.live ? null : plain(dim(`  ${text}`));
  }

  #log(speaker: string, level: LogLevel, message: string): Fact | null {
    if (level === "debug" && !this.#options.debug) return null;
    if (level === "warn" || level === "error") {
      return warning(`${speaker}: ${plainText(message)}`);
    }
    return plain(quoted(speaker, message));
  }
}

function begun({ operation, app, targets }: Extract<Stamped, { type: "run:start" }>): Fact | null {
  // Without targets the choice of them failed.
  if ((operation !== "deploy" && operation !== "rollback") || targets.length === 0) return null;
  const verb = operation === "deploy" ? "Deploying" : "Rolling back";
  return info(`${verb} ${bold(targets.length > 1 ? targets.join(", ") : app)}`);
}

/** What a program wrote, each line with who says it. It must not move the display's cursor. */
function quoted(speaker: string, written: string): string {
  const prefix = dim(`  ${speaker} │ `);
  return prefix + plainText(written).replaceAll("\n", `\n${prefix}`);
}

const plain = (text: string): Fact => ({ important: false, text });
const info = (text: string): Fact => plain(`${mark.info} ${text}`);
const warning = (text: string): Fact => ({ important: true, text: `${mark.warn} ${text}` });
const done = (text: string, { elapsedMs }: { readonly elapsedMs: number }): Fact =>
  plain(`${mark.done} ${text} ${dim(`(${duration(elapsedMs)})`)}`);
