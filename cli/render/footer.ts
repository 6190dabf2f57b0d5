/**
 * What is going on at this moment, as a few lines that are drawn again and again.
 *
 * @module
 */

import type { Stamped } from "../../core/events.ts";
import { bytes, duration } from "./format.ts";
import { cyan, dim } from "./style.ts";

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const BAR = 20;
/** More lines would push what happened off the screen. */
const MOST = 5;

interface Progress {
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: "bytes" | "steps" | undefined;
}

/** Follows a run's events; {@link Footer.draw} gives the picture. */
export class Footer {
  #stage: { readonly label: string; readonly since: number } | null = null;
  #state = "";
  readonly #progress: Map<string, Progress> = new Map();

  /** Take in one event that happened at `now` (milliseconds). */
  update(event: Stamped, now: number): void {
    switch (event.type) {
      case "stage:start":
        this.#stage = { label: event.label, since: now };
        this.#state = "";
        this.#progress.clear();
        break;
      case "stage:end":
      case "run:end":
      case "run:fail":
        this.#stage = null;
        this.#progress.clear();
        break;
      case "deployment:queued":
        this.#state = `waiting for ${event.behind}`;
        break;
      case "deployment:state":
        this.#state = event.state;
        break;
      case "progress":
        if (event.total !== undefined && event.done >= event.total) {
          this.#progress.delete(event.label);
        } else {
          const { done, total, unit } = event;
          this.#progress.set(event.label, { done, total, unit });
        }
        break;
    }
  }

  /** The lines at `now` (milliseconds). Empty between stages. */
  draw(now: number): string {
    if (!this.#stage) return "";
    const { label, since } = this.#stage;
    const spinner = SPINNER[Math.floor(now / 80) % SPINNER.length] ?? "";
    const state = this.#state === "" ? "" : `: ${this.#state}`;
    const running = [...this.#progress];
    const more = running.length - MOST;
    return [
      `${cyan(spinner)} ${label}${state} ${dim(duration(now - since))}`,
      ...running.slice(0, MOST).map(([name, progress]) => `  ${name}  ${measure(progress)}`),
      ...(more > 0 ? [dim(`  and ${more} more`)] : []),
    ].join("\n");
  }
}

function measure({ done, total, unit }: Progress): string {
  const amount = (count: number) => (unit === "bytes" ? bytes(count) : String(count));
  if (total === undefined || total <= 0) return amount(done);
  const filled = Math.max(0, Math.min(BAR, Math.floor((done / total) * BAR)));
  const bar = cyan("█".repeat(filled)) + dim("░".repeat(BAR - filled));
  return `${bar} ${amount(done)} / ${amount(total)}`;
}
