/**
 * The end of a long output.
 *
 * @module
 */

/** Enough to see the failing step and its error. */
const KEPT = 30;

/** Keeps the last lines of what it is given. */
export class LastLines {
  readonly #lines: string[] = [];

  /** Add a line; empty ones are left out. */
  add(line: string): void {
    if (line.trim() === "") return;
    this.#lines.push(line);
    if (this.#lines.length > KEPT) this.#lines.shift();
  }

  /** The lines, indented by two spaces. */
  text(): string {
    return this.#lines.map((line) => `  ${line}`).join("\n");
  }
}
