/**
 * A YAML file of ours read field by field: the first mistake is an error with its line, and
 * nothing in an error is taken from a value, which may be a secret.
 *
 * @module
 */

import { type Document, isMap, isScalar, type Node, parseDocument } from "yaml";
import { Lines } from "../../core/config/lines.ts";
import { syntaxFindings } from "../../core/config/yaml-syntax.ts";
import { fail, type HaloyError, type Location } from "../../core/errors.ts";

/** A key of a map, what it leads to, and where the key stands. */
export type Entry = readonly [key: string, value: unknown, keyNode: unknown];

/** A file. Every method throws `SERVER_SETUP_INVALID` with the line of what it does not find. */
export class StrictYaml {
  readonly document: Document;
  readonly #path: string;
  readonly #hint: string;
  readonly #lines: Lines;

  /** `hint`: what to do about a mistake. */
  constructor(path: string, text: string, hint: string) {
    this.#path = path;
    this.#hint = hint;
    this.#lines = new Lines(text);
    this.document = this.#parse(text);
  }

  /** The values of a map that may have these keys. `what`: the map, in words. */
  fields<Name extends string>(
    node: unknown,
    what: string,
    names: readonly Name[],
  ): { readonly [Key in Name]?: unknown } {
    const fields: { [Key in Name]?: unknown } = {};
    for (const [key, value, keyNode] of this.entries(node, what)) {
      const name = names.find((one) => one === key);
      if (name === undefined) {
        throw this.wrong(keyNode, `${what} has a key that is not one of ${quoted(names)}`);
      }
      if (name in fields) throw this.wrong(keyNode, `${what} has "${name}" twice`);
      fields[name] = value;
    }
    return fields;
  }

  /** What is in a map. */
  entries(node: unknown, what: string): Entry[] {
    if (!isMap(node)) throw this.wrong(node, `${what} must be a map, and not an alias of one`);
    return node.items.map(({ key, value }) => [this.text(key, `a key of ${what}`), value, key]);
  }

  /** A text that is not empty, as it is written: a password of digits is no number. */
  text(node: unknown, what: string): string {
    if (isScalar(node) && node.value !== null) {
      const text = typeof node.value === "string" ? node.value : node.source;
      if (text) return text;
    }
    throw this.wrong(node, `${what} must be a text`);
  }

  /** The error for what is wrong with a node. Without one: with the file. */
  wrong(node: unknown, problem: string): HaloyError {
    return this.#error(this.place(node), problem);
  }

  /** Where a node stands. */
  place(node: unknown): Location {
    return this.#place((node as Node | null | undefined)?.range?.[0] ?? 0);
  }

  #parse(text: string): Document {
    let document: Document;
    try {
      // Double keys are found above: the library would quote them.
      const options = { prettyErrors: false, uniqueKeys: false, logLevel: "error" } as const;
      document = parseDocument(text, options);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.wrong(null, "it is nested too deep");
    }
    const [finding] = syntaxFindings(document);
    if (!finding) return document;
    throw this.#error(this.#place(finding.range?.[0] ?? 0), `it ${finding.message}`);
  }

  #place(offset: number): Location {
    return { file: this.#path, ...this.#lines.position(offset) };
  }

  #error(at: Location, problem: string): HaloyError {
    const message = `Cannot use ${this.#path}: ${problem} (line ${at.line})`;
    return fail("SERVER_SETUP_INVALID", { message, hint: this.#hint, at });
  }
}

/** Whether nothing is written where a value should be. */
export function isNothing(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

/** Names in quotation marks. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
