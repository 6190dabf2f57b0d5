/**
 * What is going on at this moment, as a few lines that are drawn again and again.
 *
 * @module
 */

import type { Stamped } from "../../core/events.ts";
import { plainText } from "../output.ts";
import { bytes, duration } from "./format.ts";
import { bold, cyan, dim } from "./style.ts";

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const BAR = 20;
/** More lines would push what happened off the screen. */
const MOST_PARTS = 5;
const MOST_LINES = 12;

interface Progress {
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: "bytes" | "steps" | undefined;
}

/** A stage, or a command of the config, that goes on. */
interface Work {
  readonly target: string | undefined;
  readonly label: string;
  readonly since: number;
  readonly progress: Map<string, Progress>;
  state: string;
}

/** Follows a run's events; {@link Footer.draw} gives the picture. */
export class Footer {
  /** What goes on, by what begins and ends it. */
  readonly #works: Map<string, Work> = new Map();
  #several = false;

  /** Take in one event that happened at `now` (milliseconds). */
  update(event: Stamped, now: number): void {
    const { target } = event;
    switch (event.type) {
      case "run:start":
        this.#several = event.targets.length > 1;
        break;
      case "stage:start":
        this.#begin(`${event.stage} ${target}`, target, event.label, now);
        break;
      case "stage:end":
        this.#works.delete(`${event.stage} ${target}`);
        break;
      case "command:start":
        this.#begin(`command ${target}`, target, `${event.phase}: ${event.command}`, now);
        break;
      case "command:end":
        this.#works.delete(`command ${target}`);
        break;
      case "hook:fail":
        if (event.hook !== "done" && event.hook !== "fail") this.#endAll(target);
        break;
      case "run:end":
      case "run:fail":
        this.#works.clear();
        break;
      case "deployment:queued":
        this.#say(target, `waiting for ${event.behind}`);
        break;
      case "deployment:state":
        this.#say(target, event.state);
        break;
      case "progress": {
        const parts = this.#latest(target)?.progress;
        const { label, done, total, unit } = event;
        if (total !== undefined && done >= total) parts?.delete(label);
        else parts?.set(label, { done, total, unit });
        break;
      }
    }
  }

  /** The lines at `now` (milliseconds). Empty when nothing goes on. */
  draw(now: number): string {
    const spinner = cyan(SPINNER[Math.floor(now / 80) % SPINNER.length] ?? "");
    const lines = [...this.#works.values()].flatMap((work) => {
      const { target, label, since, state, progress } = work;
      const name = target !== undefined && this.#several ? `${bold(target)} ` : "";
      const said = state === "" ? "" : `: ${state}`;
      const parts = [...progress].map(([part, amount]) => `  ${part}  ${measure(amount)}`);
      return [
        `${spinner} ${name}${label}${said} ${dim(duration(now - since))}`,
        ...shortened(parts, MOST_PARTS),
      ];
    });
    return shortened(lines, MOST_LINES).join("\n");
  }

  #begin(key: string, target: string | undefined, label: string, since: number): void {
    const oneLine = plainText(label).replaceAll("\n", " ");
    this.#works.set(key, { target, label: oneLine, since, progress: new Map(), state: "" });
  }

  #endAll(target: string | undefined): void {
    for (const [key, work] of this.#works) if (work.target === target) this.#works.delete(key);
  }

  #say(target: string | undefined, state: string): void {
    const work = this.#latest(target);
    if (work) work.state = state;
  }

  /** What began last for a target. */
  #latest(target: string | undefined): Work | undefined {
    return [...this.#works.values()].findLast((work) => work.target === target);
  }
}

function shortened(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most), dim(`  and ${lines.length - most} more`)];
}

function measure({ done, total, unit }: Progress): string {
  const amount = (count: number) => (unit === "bytes" ? bytes(count) : String(count));
  if (total === undefined || total <= 0) return amount(done);
  const filled = Math.max(0, Math.min(BAR, Math.floor((done / total) * BAR)));
  const bar = cyan("█".repeat(filled)) + dim("░".repeat(BAR - filled));
  return `${bar} ${amount(done)} / ${amount(total)}`;
}
