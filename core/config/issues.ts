/**
 * What zod found, in the words of someone who writes a config.
 *
 * @module
 */

import type { z } from "zod";
import { nearest } from "./nearest.ts";
import { homeOf, type Shape, type Spelling, shapeAt, spell } from "./shape.ts";
import type { Finding, Path } from "./tree.ts";

const WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a map",
  record: "a map",
  string: "a string",
};

/** Unknown keys of one map that are reported: looking for the nearest known one takes time. */
const MOST = 100;

/** The message of an issue: zod calls this where the schema itself says nothing. */
export function describeIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type": {
      if (issue.input === undefined) return "is missing";
      const expected = WORDS[issue.expected] ?? issue.expected;
      return `must be ${expected}, not ${given(issue.input)}`;
    }
    case "invalid_value": {
      if (issue.input === undefined) return "is missing";
      const words = issue.values.map((value) => JSON.stringify(value));
      const last = words.pop() ?? "";
      return `must be ${words.length > 0 ? `${words.join(", ")} or ${last}` : last}`;
    }
    case "too_small":
      return issue.origin === "string" && issue.minimum === 1
        ? "must not be empty"
        : `must be at least ${issue.minimum}${unit(issue.origin)}`;
    case "too_big":
      return `must be at most ${issue.maximum}${unit(issue.origin)}`;
    case "invalid_key":
      return "has a key that is not allowed";
    default:
      return "is not valid";
  }
}

/** All issues as findings; an unknown key is one finding each. */
export function issueFindings(
  issues: readonly z.core.$ZodIssue[],
  shape: Shape,
  spelling: Spelling,
): Finding[] {
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.slice(0, MOST).map((key) => unknownKey(issue.path as Path, key, shape, spelling))
      : [],
  );
  // A misspelt key is one problem, not also a missing one or a broken rule of its map.
  const holders = new Set(unknown.map(({ path }) => String(path.slice(0, -1))));
  const meant = new Set(unknown.map(({ meant }) => String(meant)));
  const others = issues.filter((issue) => {
    if (issue.code === "unrecognized_keys") return false;
    if (issue.code === "custom") return !holders.has(String(issue.path));
    return issue.input !== undefined || !meant.has(String(issue.path));
  });
  return [
    ...unknown,
    ...others.map((issue) => ({
      path: issue.path as Path,
      message: issue.message,
      suggestion: suggestion(issue),
    })),
  ];
}

function unknownKey(
  path: Path,
  key: string,
  root: Shape,
  spelling: Spelling,
): Finding & { readonly meant: Path | undefined } {
  const shape = shapeAt(root, path);
  // "$schema" is for editors: nobody means it who writes something else.
  const known =
    shape.kind === "object" ? [...shape.keys.keys()].filter((name) => !name.startsWith("$")) : [];
  const close = nearest(key, known);
  const meant = homeOf(key, shape) ?? (close === undefined ? undefined : [close]);
  const spelt = (keys: readonly string[], separator: string) =>
    keys.map((name) => spell(name, spelling)).join(separator);
  return {
    path: [...path, key],
    target: "key",
    message: "is not a known setting",
    suggestion: meant
      ? `Did you mean "${spelt(meant, ".")}"?`
      : `Known here: ${spelt(known, ", ")}`,
    meant: meant && [...path, ...meant],
  };
}

function suggestion(issue: z.core.$ZodIssue): string | undefined {
  const { input } = issue;
  if (issue.code === "invalid_value" && typeof input === "string") {
    const meant = nearest(input, issue.values.map(String));
    return meant === undefined ? undefined : `Did you mean "${meant}"?`;
  }
  if (issue.code !== "invalid_type" || input === undefined) return undefined;
  if (issue.path.length === 0) return `Write at least "name: my-app"`;
  if (input === null) return "Write a value, or remove the key";
  const simple = typeof input === "number" || typeof input === "boolean";
  if (issue.expected === "string" && simple) return "Put it in quotes";
  const expectsNumber = issue.expected === "number" || issue.expected === "int";
  if (expectsNumber && typeof input === "string" && /^\d+$/.test(input)) return "Remove the quotes";
  return undefined;
}

function given(input: unknown): string {
  if (input === null) return "empty";
  if (Array.isArray(input)) return "a list";
  if (typeof input === "number") return Number.isInteger(input) ? "a number" : "a fraction";
  if (typeof input === "object") return "a map";
  return `a ${typeof input}`;
}

function unit(origin: string): string {
  if (origin === "string") return " characters long";
  return origin === "array" ? " items long" : "";
}
