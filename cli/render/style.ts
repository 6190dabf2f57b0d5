/**
 * Colors and marks. Text is always styled; {@link Channel.line} takes the colors away where
 * they are not wanted.
 *
 * @module
 */

const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    `\x1b[${on}m${text}\x1b[${off}m`;

export const bold: (text: string) => string = sgr(1, 22);
export const dim: (text: string) => string = sgr(2, 22);
export const red: (text: string) => string = sgr(31, 39);
export const green: (text: string) => string = sgr(32, 39);
export const yellow: (text: string) => string = sgr(33, 39);
export const cyan: (text: string) => string = sgr(36, 39);

/** The marks that begin a line. */
export const mark: Readonly<Record<"done" | "error" | "info" | "next" | "warn", string>> = {
  done: green("✔"),
  error: red("✖"),
  info: cyan("●"),
  next: cyan("→"),
  warn: yellow("⚠"),
};

/** A target and its app: bold, and the app only where it is called otherwise. */
export function named({ target, app }: { readonly target: string; readonly app: string }): string {
  return target === app ? bold(app) : `${bold(target)} (${app})`;
}
