/**
 * The two streams of the command line. The only code that writes to them.
 *
 * @module
 */

import process from "node:process";
import { stripVTControlCharacters } from "node:util";
import { reasonOf } from "../core/errors.ts";
import { mark } from "./render/style.ts";

type Stream = NodeJS.WriteStream;

/** One of the two streams, line by line. */
export class Channel {
  readonly stream: Stream;
  readonly #closed: AbortController = new AbortController();
  /** Someone looks at it, so it may be drawn on. */
  readonly live: boolean;
  readonly #color: boolean;
  #failed = false;

  constructor(stream: Stream, env: Readonly<Record<string, string | undefined>>) {
    this.stream = stream;
    const terminal = stream.isTTY === true && env.TERM !== "dumb";
    // A pseudo terminal that nobody has given a size cannot be drawn on.
    this.live = terminal && !env.CI && stream.columns > 0 && stream.rows > 0;
    this.#color = wantsColor(env) ?? terminal;
    stream.on("error", (error) => this.#lost(error));
  }

  /** Something that should have been written was not, and not because its reader had gone. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Aborted when the reader has gone. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** `text` without colors and other control sequences where they are not wanted. */
  styled(text: string): string {
    return this.#color ? text : plainText(text);
  }

  /** Write {@link styled} text and a line break. */
  line(text: string): void {
    this.write(`${this.styled(text)}\n`);
  }

  /** Write text and a line break, exactly as it is. */
  raw(text: string): void {
    this.write(`${text}\n`);
  }

  /** Resolves when a slow reader has caught up. */
  async drained(): Promise<void> {
    if (!this.stream.writableNeedDrain || this.closed.aborted) return;
    await new Promise<void>((resolve) => {
      this.stream.once("drain", resolve);
      this.closed.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /** Write text exactly as it is. */
  write(text: string): void {
    if (this.closed.aborted) return;
    try {
      this.stream.write(text);
    } catch (error) {
      this.#lost(error);
    }
  }

  /** Without a reader there is nothing more to say; a full disk must not look like success. */
  #lost(error: unknown): void {
    if (this.closed.aborted) return;
    this.#closed.abort();
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return;
    this.#failed = true;
    process.exitCode = 1;
    if (this !== stderr) stderr.line(`${mark.error} Cannot write the output: ${reasonOf(error)}`);
  }
}

/** `text` without control sequences and carriage returns. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replaceAll("\r", "");
}

/** What the environment says about colors; undefined when it says nothing. */
function wantsColor(env: Readonly<Record<string, string | undefined>>): boolean | undefined {
  if (env.FORCE_COLOR !== undefined) return !["0", "false"].includes(env.FORCE_COLOR);
  return env.NO_COLOR ? false : undefined;
}

/** Results and progress. */
export const stdout: Channel = new Channel(process.stdout, process.env);

/** Warnings and errors. */
export const stderr: Channel = new Channel(process.stderr, process.env);
