/**
 * What is wrong with a text that is not YAML, in our own words: the parser's messages quote the
 * text, and the text has secrets in it.
 *
 * @module
 */

import { type Document, visit, type YAMLError } from "yaml";
import { SETTING_NAMES } from "./config-shape.ts";
import type { Finding, Range } from "./tree.ts";

type Code = YAMLError["code"];

/** By the parser's code: what is wrong, and what to do about it. */
const BY_CODE: { readonly [Name in Code]?: readonly [message: string, suggestion?: string] } = {
  BAD_ALIAS: ["is not an alias or anchor", "Put text that begins with & or * in quotes"],
  BAD_DQ_ESCAPE: ["has an unknown escape in double quotes", "Write \\\\ or use single quotes"],
  BAD_INDENT: ["has an indentation that does not fit the lines above", "Align it with them"],
  BAD_SCALAR_START: ["has text that begins with @, ` or %", "Put it in quotes"],
  BLOCK_AS_IMPLICIT_KEY: ["has two keys in one line", `Put text with ": " in it in quotes`],
  BLOCK_IN_FLOW: ["has an indented block inside { } or [ ]"],
  MISSING_CHAR: ["has something missing here"],
  MULTILINE_IMPLICIT_KEY: [
    "has a line that is no key: value",
    "Is a colon missing, or the space after it?",
  ],
  MULTIPLE_DOCS: ["has a second document", `Remove what follows "---"`],
  RESOURCE_EXHAUSTION: ["is nested too deep"],
  TAB_AS_INDENT: ["has a tab as indentation", "Use spaces"],
  UNEXPECTED_TOKEN: [
    "has something that is not expected here",
    "Text with : # { } [ ] , & * in it needs quotes",
  ],
};

/** Parser messages without any of the text in them, by how they begin. */
const BY_MESSAGE: readonly (readonly [start: string, message: string, suggestion?: string])[] = [
  [`Missing closing "quote`, `has no closing " for this text`],
  ["Missing closing 'quote", "has no closing ' for this text"],
  ["Implicit map keys need", "has a key without a colon", `Write "key: value"`],
  ["Missing , ", "has no comma between two items"],
  ["Missing space after :", "has no space after a colon"],
  ["Sequence item without -", "has a list item without its dash"],
  ["Flow map in block", "has no closing }"],
  ["Flow sequence in block", "has no closing ]"],
  ["Expected flow map to end", "has no closing }"],
  ["Expected flow sequence to end", "has no closing ]"],
];

/** More are consequences of the first ones. */
const MOST = 3;

/** The first errors, at most one per place. */
export function syntaxFindings(document: Document): Finding[] {
  const findings = new Map<number, Finding>();
  for (const { code, message: text, pos } of document.errors) {
    if (findings.size === MOST || findings.has(pos[0])) continue;
    const known = BY_MESSAGE.find(([start]) => text.startsWith(start));
    const [message, suggestion] = known?.slice(1) ?? BY_CODE[code] ?? ["is not valid YAML here"];
    findings.set(pos[0], {
      path: [],
      message: message ?? "is not valid YAML here",
      suggestion,
      range: UNCLOSED.test(text) ? openingQuote(document, pos[0]) : [pos[0], pos[1]],
    });
  }
  return [...findings.values()];
}

const UNCLOSED = /^Missing closing ["']quote/;

/** Where the text that ends at `end` begins: the parser only knows where it gave up. */
function openingQuote(document: Document, end: number): Range {
  let start = end;
  visit(document, (_key, node) => {
    const range = (node as { range?: readonly number[] | null } | null)?.range;
    if (range?.[1] === end && range[0] !== undefined) start = range[0];
  });
  return [start, start + 1];
}

/** Settings whose values are no secrets. */
const HARMLESS: ReadonlySet<string> = new Set(
  "name server preset image image_key repository tag port domain context dockerfile platform push strategy count replicas build pull_policy health_check_path min_ready_seconds deployment_strategy naming_strategy protected network cpus memory driver".split(
    " ",
  ),
);
/** Settings that hold no secrets deeper down. */
const HARMLESS_BLOCKS: ReadonlySet<string> = new Set(
  "domains aliases build_config history".split(" "),
);
/** What stands before a line's value: its indentation, dashes and key. */
const HEAD = /^((?:\s|- )*)(?:(["']?)([\w.-]+)\2\s*:(?=\s|$)|-(?=\s|$))?\s*/;
/** Signs that a line holds more than the one value its key announces. */
const MORE = /[,{}[\]|>&*]|value|pass|token|secret/i;

/**
 * The stretches to hide in a text that cannot be parsed. Nobody knows what it means, so all
 * values are hidden but those of harmless settings, and these too below any other setting, as
 * in a text of several lines, until the next top-level setting.
 */
export function maskBroken(text: string): Range[] {
  const hidden: Range[] = [];
  const seen = new Set<string>();
  let inside = false;
  let start = 0;
  for (const line of text.split("\n")) {
    const [head = "", indent = "", , key = ""] = HEAD.exec(line) ?? [];
    const harmless = HARMLESS.has(key);
    const block = HARMLESS_BLOCKS.has(key);
    if (indent === "" && (harmless || block) && !seen.has(key)) inside = false;
    if (key !== "" && !harmless && !block) inside = true;
    seen.add(key);
    // Another word before a colon may be half a secret.
    const named = key === "" || harmless || block || SETTING_NAMES.has(key);
    const from = named ? head.length : indent.length;
    const end = line.trimEnd().length;
    const shown = harmless && !inside && !MORE.test(line.slice(from));
    if (!shown && from < end) hidden.push([start + from, start + end]);
    start += line.length + 1;
  }
  return hidden;
}
