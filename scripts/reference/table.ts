/**
 * Tables in Markdown, with columns under each other.
 *
 * @module
 */

/** A table; `|` in a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, at) => Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, at) => (row[at] ?? "").padEnd(width)).join(" | ")} |`;
  const [first = [], ...others] = cells;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(first), rule, ...others.map(line)].join("\n");
}

/** Text in a code span. */
export function code(text: string): string {
  return `\`${text}\``;
}
