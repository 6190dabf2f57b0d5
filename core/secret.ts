/**
 * Values that must never be shown, and the masker that keeps them out of all output.
 *
 * @module
 */

const SHOWN = "[secret]";

/** Shorter values are not masked: they would blot out ordinary words. */
const SHORTEST_MASKED = 4;

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

/** Hides every value it has been told of in any text, also base64 and URL encoded. */
export class Masker {
  readonly #forms: Set<string> = new Set();

  /** Hide `secret` from now on. */
  add(secret: Secret): void {
    const value = secret.reveal();
    if (value.length < SHORTEST_MASKED) return;
    const bytes = new TextEncoder().encode(value);
    const base64 = btoa(String.fromCharCode(...bytes));
    // The padding and the last character depend on what follows the value.
    const stem = base64.replace(/=+$/, "").slice(0, -1);
    for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]) {
      this.#forms.add(form);
    }
    if (stem.length >= 8) {
      this.#forms.add(stem);
      this.#forms.add(stem.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }

  /** `text` without any known secret. */
  mask(text: string): string {
    let masked = text;
    for (const form of this.#forms) masked = masked.replaceAll(form, "***");
    return masked;
  }

  /** A copy of plain data, every string in it masked. */
  maskData<Data>(data: Data): Data {
    if (this.#forms.size === 0) return data;
    if (typeof data === "string") return this.mask(data) as Data;
    if (Array.isArray(data)) return data.map((item) => this.maskData(item)) as Data;
    if (data !== null && typeof data === "object") {
      const entries = Object.entries(data).map(([key, value]) => [key, this.maskData(value)]);
      return Object.fromEntries(entries) as Data;
    }
    return data;
  }
}
