/**
 * How it is said that a value is of the wrong kind.
 *
 * @module
 */

/** Stands for a promise, which a schema that prepares its input would wait for. */
export const UNAWAITED: unique symbol = Symbol("a promise");

/** Whether a value of a module was forgotten to be awaited. */
export function isPromise(value: unknown): boolean {
  return value === UNAWAITED || value instanceof Promise;
}

/** "must be …, not …": what is expected, and what there is when its kind is wrong. */
export function mustBe(expected: string, input: unknown): string {
  if (input === null) return `has no value: it must be ${expected}`;
  // The place shows a text; of what kind it is would say nothing.
  if (typeof input === "string" && expected.startsWith(`"`)) return `must be ${expected}`;
  return `must be ${expected}, not ${given(input)}`;
}

function given(input: unknown): string {
  if (isPromise(input)) return "a promise";
  if (Array.isArray(input)) return "a list";
  if (typeof input === "number") return Number.isFinite(input) ? numberKind(input) : String(input);
  if (typeof input === "object") return input instanceof Date ? "a date" : "a map";
  if (typeof input === "boolean") return String(input);
  return `a ${typeof input}`;
}

const numberKind = (input: number) => (Number.isInteger(input) ? "a number" : "a fraction");
