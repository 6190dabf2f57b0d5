/**
 * Quantities and lists in words.
 *
 * @module
 */

import { bold } from "./style.ts";

const AGES = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;
const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes in decimal units: `12.3 MB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Milliseconds as `0.4 s`, from one minute on as `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1 container`, `2 containers`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** How long ago, in the largest unit that is not zero: `3 hours ago`. */
export function ago(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  for (const [unit, size] of AGES) {
    if (seconds >= size) return `${counted(Math.floor(seconds / size), unit)} ago`;
  }
  return "just now";
}

/** Rows in aligned columns under a bold heading. Cells are plain text. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [bold(line(heading)), ...rows.map(line)].join("\n");
}

/** Names and values, one a line, the values below each other. Null values are left out. */
export function facts(entries: readonly (readonly [string, string | null])[]): string {
  const shown = entries.filter((entry): entry is [string, string] => entry[1] !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  const indent = `\n${" ".repeat(width + 4)}`;
  return shown
    .map(([name, value]) => `  ${name.padEnd(width)}  ${value.replaceAll("\n", indent)}`)
    .join("\n");
}
