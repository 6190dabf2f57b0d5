/**
 * What zod found, in the words of someone who writes a config.
 *
 * @module
 */

import type { z } from "zod";
import { correct } from "./corrections/correct.ts";
import { type Meant, meantBy } from "./corrections/unknown-key.ts";
import { isPromise, mustBe } from "./expected.ts";
import { draft } from "./merge.ts";
import { nearest } from "./nearest.ts";
import type { Notation } from "./notation.ts";
import type { Shape } from "./shape.ts";
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
/** Problems for which something better than the rule is looked for. */
const SUGGESTIONS = 500;

/** The message of an issue: zod calls this where the schema itself says nothing. */
export function describeIssue(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return "is missing";
  switch (issue.code) {
    case "invalid_type":
      return mustBe(WORDS[issue.expected] ?? issue.expected, issue.input);
    case "invalid_value": {
      const words = issue.values.map((value) => JSON.stringify(value));
      const last = words.pop() ?? "";
      return mustBe(words.length > 0 ? `${words.join(", ")} or ${last}` : last, issue.input);
    }
    case "too_small":
      if (issue.origin === "string" && issue.minimum === 1) return "must not be empty";
      if (issue.origin === "array") return `must have at least ${count(issue.minimum, "item")}`;
      return `must be at least ${issue.minimum}`;
    case "too_big":
      if (issue.origin === "string") return `must have at most ${issue.maximum} characters`;
      return `must be at most ${issue.maximum}`;
    default:
      return "is not valid";
  }
}

/** All issues of `config` as findings; an unknown key is one finding each. */
export function issueFindings(
  config: unknown,
  issues: readonly z.core.$ZodIssue[],
  shape: Shape,
  notation: Notation,
): Finding[] {
  let looked = 0;
  const unknown = issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [];
    const path = issue.path as Path;
    const map = draft(issue.input);
    return issue.keys.slice(0, MOST).map((key): { readonly path: Path; readonly meant: Meant } => ({
      path: [...path, key],
      meant: looked++ < SUGGESTIONS ? meantBy({ key, map, path }, shape, notation) : {},
    }));
  });
  // A misspelt key is one problem, not also a missing one or a broken rule of its map.
  const holders = new Set(unknown.map(({ path }) => String(path.slice(0, -1))));
  const found = new Set(unknown.map(({ meant }) => String(meant.path)));
  const others = issues.filter((issue) => {
    if (issue.code === "unrecognized_keys") return false;
    if (issue.code === "custom" && holders.has(String(issue.path))) return false;
    return issue.input !== undefined || !found.has(String(issue.path));
  });
  return [
    ...unknown.map(({ path, meant: { suggestion } }) => ({
      ...{ path, suggestion },
      target: "key" as const,
      message: "is not a known setting",
    })),
    ...others.map((issue) => {
      const path = asWritten(issue.path as Path, config);
      return { path, message: issue.message, suggestion: suggestion(issue, path, notation) };
    }),
  ];
}

/** `path` without what a shorthand leaves out: `image: "…"` has no `image.repository`. */
function asWritten(path: Path, config: unknown): Path {
  let value = config;
  for (const [index, step] of path.entries()) {
    if (typeof value === "string") return path.slice(0, index);
    value = (value as Readonly<Record<string | number, unknown>> | null | undefined)?.[step];
  }
  return path;
}

function suggestion(issue: z.core.$ZodIssue, path: Path, notation: Notation): string | undefined {
  const { input } = issue;
  if (isPromise(input)) return `Write "await" before it`;
  if (path.length === 0 && issue.code === "invalid_type") {
    return `Write at least \`${notation.setting("name", "my-app")}\``;
  }
  const known = correct(path, input, notation);
  if (known !== undefined) return known;
  if (issue.code === "invalid_value" && typeof input === "string") {
    const meant = nearest(input, issue.values.map(String));
    return meant === undefined ? undefined : `Did you mean "${meant}"?`;
  }
  const remove = typeof path.at(-1) === "number" ? "remove it" : "remove the key";
  if (input === null || input === "") return `Write a value, or ${remove}`;
  if (issue.code === "too_small" && issue.origin === "array") return `Write one, or ${remove}`;
  if (issue.code !== "invalid_type") return undefined;
  const simple = ["number", "bigint", "boolean"].includes(typeof input);
  if (issue.expected === "string" && simple) return "Put it in quotes";
  const expectsNumber = issue.expected === "number" || issue.expected === "int";
  if (expectsNumber && typeof input === "string" && /^\s*\d+\s*$/.test(input)) {
    return "Remove the quotes";
  }
  return undefined;
}

function count(amount: number | bigint, thing: string): string {
  return `${amount} ${thing}${Number(amount) === 1 ? "" : "s"}`;
}
