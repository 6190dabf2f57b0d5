/**
 * Values that must never be shown, and the masker that keeps them out of all output.
 *
 * @module
 */

import { Buffer } from "node:buffer";

const SHOWN = "[secret]";

/** Shorter values are not masked: they would blot out ordinary words. */
const SHORTEST_MASKED = 4;
/** The same for a line of a value that has several: many lines are only a bracket. */
const SHORTEST_MASKED_LINE = 8;

/**
 * Keys of events, errors and their details whose texts are words of the protocol, names and IDs:
 * programs compare them, and a variable may well have the value `production`. Text that somebody
 * wrote freely has other keys.
 */
const NAMES: ReadonlySet<string> = new Set([
  ...["type", "operation", "stage", "phase", "hook", "plugin", "level", "state", "outcome", "unit"],
  ...["code", "file", "name", "variable", "time", "target", "targets", "app", "server"],
  ...["deployment", "behind", "rolledBackTo", "container", "id", "image", "imageId", "reference"],
  ...["strategy", "upstream"],
]);

/**
 * A value that prints as `[secret]` in `console.log`, JSON, template strings and errors.
 * Only {@link Secret.reveal} gives it out, and only the code that hands it over calls that.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it at the last moment, never to build a message. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  static {
    // How Node, Bun and Deno print an object in `console.log` and in errors.
    for (const name of ["nodejs.util.inspect.custom", "Deno.customInspect"]) {
      Object.defineProperty(Secret.prototype, Symbol.for(name), { value: () => SHOWN });
    }
  }
}

/**
 * Hides every value it has been told of in any text, also base64 and URL encoded, and each line
 * of a value that has several: logs come line by line.
 */
export class Masker {
  readonly #forms: Set<string> = new Set();

  /** Hide `secret` from now on. */
  add(secret: Secret): void {
    const value = secret.reveal();
    if (value.length < SHORTEST_MASKED) return;
    this.#addText(value);
    const base64 = Buffer.from(value).toString("base64");
    // The padding and the last character depend on what follows the value.
    const stem = base64.replace(/=+$/, "").slice(0, -1);
    if (stem.length >= 8) {
      this.#forms.add(stem);
      this.#forms.add(stem.replaceAll("+", "-").replaceAll("/", "_"));
    }
    const lines = value.split(/[\r\n]+/).filter((line) => line !== "");
    const shortest = lines.length === 1 ? SHORTEST_MASKED : SHORTEST_MASKED_LINE;
    for (const line of lines) if (line.length >= shortest) this.#addText(line);
  }

  /** `text` without any known secret. */
  mask(text: string): string {
    // Secrets may overlap or be parts of each other, so all are looked for in the text as it came.
    const found = [...this.#forms].flatMap((form) => occurrences(text, form));
    if (found.length === 0) return text;
    found.sort(([a], [b]) => a - b);
    let masked = "";
    let shown = 0;
    for (const [start, end] of found) {
      if (start >= shown) masked += `${text.slice(shown, start)}***`;
      shown = Math.max(shown, end);
    }
    return masked + text.slice(shown);
  }

  /**
   * A copy of an event, an error or another answer, every free text in it masked: names and IDs
   * stay what they are.
   */
  maskData<Data>(data: Data): Data {
    return this.#forms.size === 0 ? data : (this.#masked(data, false) as Data);
  }

  #masked(data: unknown, named: boolean): unknown {
    if (typeof data === "string") return named ? data : this.mask(data);
    if (Array.isArray(data)) return data.map((item) => this.#masked(item, named));
    if (data === null || typeof data !== "object") return data;
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, this.#masked(value, NAMES.has(key))]),
    );
  }

  #addText(text: string): void {
    for (const form of [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]) {
      this.#forms.add(form);
    }
  }
}

/** Where `form` stands in `text`: from, and up to. */
function occurrences(text: string, form: string): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
    found.push([at, at + form.length]);
  }
  return found;
}
