/**
 * Which targets an operation is about.
 */

import { expect, test } from "vitest";
import type { Config } from "../core/config/types.ts";
import { errorJson } from "../core/errors.ts";
import type { TargetOptions } from "./api.ts";
import { chooseTargets } from "./choose.ts";

/** Targets by name; those that end in `!` are protected. */
const config = (...names: readonly string[]) =>
  ({
    targets: Object.fromEntries(
      names.map((name) => [name.replace("!", ""), { protected: name.endsWith("!") }]),
    ),
  }) as unknown as Config;

const several = config("production", "db!", "staging", "cache!");
const changing = { sparesProtected: true };
const reading = { sparesProtected: false };

const failure = (from: Config, options: TargetOptions, rule = changing) => {
  try {
    chooseTargets(from, options, rule);
  } catch (error) {
    const { code, message, hint } = errorJson(error);
    return [code, message, hint];
  }
  return expect.unreachable();
};

test("a config with one target needs no choice, also when the target is protected", () => {
  expect(chooseTargets(config("shop!"), {}, changing)).toEqual({ names: ["shop"], leftOut: [] });
});

test("several targets need a choice, and the error lists them", () => {
  expect(failure(several, {}, reading)).toEqual([
    "TARGET_REQUIRED",
    "Cannot choose a target: the config has 4: production, db, staging, cache",
    'Name one or more ("--targets production"), or take all of them ("--all")',
  ]);
});

test("named targets come once each and in the order of the config; naming a protected one asks for it", () => {
  const targets = ["staging", "db", "production", "staging"];
  expect(chooseTargets(several, { targets }, changing)).toEqual({
    names: ["production", "db", "staging"],
    leftOut: [],
  });
});

test.each([
  [changing, {}, ["production", "staging"], ["db", "cache"]],
  [changing, { includeProtected: true }, ["production", "db", "staging", "cache"], []],
  [reading, {}, ["production", "db", "staging", "cache"], []],
])("all targets, with %j and %j", (rule, options, names, leftOut) => {
  expect(chooseTargets(several, { all: true, ...options }, rule)).toEqual({ names, leftOut });
});

test("all of a config that has only protected targets is nothing to change", () => {
  expect(failure(config("db!", "cache!"), { all: true })).toEqual([
    "TARGET_REQUIRED",
    "Cannot choose a target: all of them are protected: db, cache",
    'Protected targets are chosen by name, or by "--include-protected" ("includeProtected") beside all',
  ]);
});

test.each([
  [["stagign"], 'Cannot find target "stagign": the config has production, db, staging, cache'],
  [["db", "prod-uction", "nothing"], 'Cannot find target "prod-uction", "nothing": the config has'],
])("unknown names %j are told with those there are, and the nearest", (targets, message) => {
  const [code, told, hint] = failure(several, { targets }, reading);
  expect(code).toBe("TARGET_UNKNOWN");
  expect(told).toContain(message);
  expect(hint).toMatch(/^Did you mean "(staging|production)"\?$/);
});

test("a name that resembles none gets no suggestion", () => {
  const [, message, hint] = failure(config("shop"), { targets: ["production"] });
  expect(message).toBe('Cannot find target "production": the config has only "shop"');
  expect(hint).not.toContain("Did you mean");
});

test.each([
  [{ targets: ["db"], all: true }, '"db" and "all" are both given'],
  [{ targets: [] }, "the list is empty"],
])("%j is no choice", (options, state) => {
  const [code, message] = failure(several, options);
  expect(code).toBe("USAGE_INVALID");
  expect(message).toBe(`Cannot choose targets: ${state}`);
});
