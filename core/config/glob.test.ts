/**
 * Globs for image tags.
 *
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { parseGlob } from "./glob.ts";

function matches(pattern: string, tag: string): boolean {
  const glob = parseGlob(pattern);
  if ("problem" in glob) throw new Error(glob.problem);
  return glob.matches(tag);
}

test.each([
  ["v*", "v1.2.3", true],
  ["v*", "v", true],
  ["v*", "1.2", false],
  ["*", ".hidden-1", true],
  ["**", "v1", true],
  ["*-prod", "v1-prod", true],
  ["*-prod", "v1-prod2", false],
  ["v?.?", "v1.2", true],
  ["v?.?", "v1.23", false],
  ["v[0-9]*", "v1", true],
  ["v[0-9]*", "vx", false],
  ["v[!0-9]*", "vx", true],
  ["[^v]*", "v1", false],
  ["[-_]x", "-x", true],
  ["[]]x", "]x", true],
  ["v1.2", "v1x2", false],
  ["{v,release-}[0-9]*", "release-1", true],
  ["{v,release-}[0-9]*", "r1", false],
  ["{a,b{1,2}}", "b2", true],
  ["v{,1}", "v", true],
  ["\\*", "x", null],
  ["v\\1", "v1", true],
])("%s and %s", (pattern, tag, expected) => {
  if (expected === null) expect(parseGlob(pattern)).toHaveProperty("problem");
  else expect(matches(pattern, tag)).toBe(expected);
});

test.each([
  ["^v\\d+$", `has "^", which no tag has`],
  ["v1 *", `has " ", which no tag has`],
  ["a/*", `has "/", which no tag has`],
  ["v[0-9", `has a "[" without its "]"`],
  ["v{1,2", `has a "{" or "}" without the other`],
  ["v1,2}", `has a "{" or "}" without the other`],
  ["{a,b}".repeat(7), "stands for too many patterns"],
  ["x".repeat(257), "must have at most 256 characters"],
])("%s is no glob for tags: it %s", (pattern, problem) => {
  expect(parseGlob(pattern)).toEqual({ problem });
});

test("any glob and any tag take a moment only", () => {
  const began = process.cpuUsage();
  matches(`${"*a".repeat(127)}b`, "a".repeat(128));
  parseGlob("{".repeat(128) + "}".repeat(128));
  parseGlob("{a,b}".repeat(50));
  const { user } = process.cpuUsage(began);
  expect(user / 1000).toBeLessThan(200);
});

test("a tag matches itself, a star beside any part of it, and a question mark for any character", () => {
  const tag = fc.stringMatching(/^\w[\w.-]{0,40}$/);
  fc.assert(
    fc.property(tag, fc.nat(), fc.nat(), (text, from, length) => {
      const start = from % text.length;
      const end = Math.min(text.length, start + (length % 5));
      const [head, middle, tail] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
      expect(matches(text, text)).toBe(true);
      expect(matches(`${head}*${tail}`, text)).toBe(true);
      expect(matches(`${head}${"?".repeat(middle.length)}${tail}`, text)).toBe(true);
      expect(matches(`${head}?${middle}${tail}`, text)).toBe(false);
    }),
  );
});
