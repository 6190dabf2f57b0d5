/**
 * Which known word a misspelt one is taken for.
 *
 * @module
 */

import { expect, test } from "vitest";
import { editDistance, nearest } from "./nearest.ts";

const KEYS = ["name", "server", "apiToken", "image", "port", "domains", "env", "healthCheckPath"];

test.each([
  ["nmae", "name"],
  ["prot", "port"],
  ["domain", "domains"],
  ["servers", "server"],
  ["api_token", "apiToken"],
  ["health-check", "healthCheckPath"],
  ["evn", "env"],
  ["en", "env"],
  ["volumes", undefined],
  ["x", undefined],
  ["", undefined],
  ["a".repeat(1000), undefined],
])("%j is taken for %j", (word, expected) => {
  expect(nearest(word, KEYS)).toBe(expected);
});

test.each([
  ["", "", 0],
  ["abc", "abc", 0],
  ["abc", "acb", 1],
  ["abc", "ab", 1],
  ["abc", "xabc", 1],
  ["abc", "axc", 1],
  ["", "abc", 3],
  ["kitten", "sitting", 3],
])("%j and %j are this many edits apart: %i", (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
  expect(editDistance(to, from)).toBe(distance);
});
