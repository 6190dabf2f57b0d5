/**
 * The display on a terminal: what happened scrolls up, what is going on stays below it.
 *
 * @module
 */

import { createLogUpdate } from "log-update";
import type { Stamped } from "../../core/events.ts";
import { stderr, stdout } from "../output.ts";
import type { Facts } from "./facts.ts";
import { Footer } from "./footer.ts";
import { printFact, type Reporter } from "./reporter.ts";

const FRAME_MS = 80;

/** Draws a {@link Footer} below the lines of {@link Facts}. */
export class LiveReporter implements Reporter {
  readonly #facts: Facts;
  readonly #footer: Footer = new Footer();
  readonly #draw: ReturnType<typeof createLogUpdate> = createLogUpdate(stdout.stream);
  readonly #timer: ReturnType<typeof setInterval> = setInterval(() => this.#redraw(), FRAME_MS);
  #drawn = false;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  event(event: Stamped): void {
    this.#footer.update(event, Date.now());
    const fact = this.#facts.of(event);
    if (fact) this.#above(() => printFact(fact));
    // Progress comes often: the timer draws it.
    else if (event.type !== "progress") this.#redraw();
  }

  note(text: string): void {
    this.#above(() => stderr.line(text));
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#drawn) this.#draw.clear();
    this.#draw.done();
  }

  #above(print: () => void): void {
    if (this.#drawn) this.#draw.clear();
    this.#drawn = false;
    print();
    this.#redraw();
  }

  #redraw(): void {
    if (stdout.closed.aborted) return;
    const picture = this.#footer.draw(Date.now());
    if (picture !== "") {
      this.#draw(stdout.styled(picture));
      this.#drawn = true;
    } else if (this.#drawn) {
      this.#draw.clear();
      this.#drawn = false;
    }
  }
}
