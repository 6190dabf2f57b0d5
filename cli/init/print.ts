/**
 * The sections of a new config as the text of a file.
 *
 * @module
 */

import { stringify } from "yaml";
import { spell } from "../../core/config/shape.ts";
import type { Section } from "./sections.ts";

const ADVICE = [
  'Check this file with "haloy validate-config"; "haloy plan" says what a deploy would do.',
];
const UPDATE = "The schema on the first line is for editors. To renew it: haloy schema --output ";

/** As `haloy.yaml`. `schema` is where editors find the JSON Schema, seen from the file. */
export function printYaml(sections: readonly Section[], schema: string): string {
  const blocks = sections.map(({ comment, setting, example }) => {
    const text = stringify(inSnakeCase(setting), { lineWidth: 0 }).trimEnd();
    return [...prefixed("# ", comment), ...prefixed(example ? "# " : "", text.split("\n"))];
  });
  const head = [
    `# yaml-language-server: $schema=${schema}`,
    ...prefixed("# ", [...ADVICE, UPDATE + schema]),
  ];
  return print([head, ...blocks]);
}

/** As `haloy.config.ts`. */
export function printTypeScript(sections: readonly Section[]): string {
  const blocks = sections.map(({ comment, setting, example }) => {
    const lines = Object.entries(setting).flatMap(([key, value]) =>
      `${key}: ${objectLiteral(value)},`.split("\n"),
    );
    return [...prefixed("  // ", comment), ...prefixed(example ? "  // " : "  ", lines)];
  });
  const [first = [], ...others] = blocks;
  return print([
    ['import { defineConfig } from "haloy";'],
    [...prefixed("// ", ADVICE), "export default defineConfig({", ...first],
    ...others.slice(0, -1),
    [...(others.at(-1) ?? []), "});"],
  ]);
}

const print = (blocks: readonly (readonly string[])[]) =>
  `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;

const prefixed = (prefix: string, lines: readonly string[]) => lines.map((line) => prefix + line);

/** JSON with the quotation marks of keys left out, as people write it. */
function objectLiteral(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/^( +)"([a-zA-Z]+)":/gm, "$1$2:");
}

function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [spell(key, "snake"), inSnakeCase(inner)]),
  );
}
