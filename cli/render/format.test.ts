import { expect, test } from "vitest";
import { plainText } from "../output.ts";
import { ago, bytes, counted, duration, facts, listed, table } from "./format.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [12_345_678, "12.3 MB"],
  [999_949, "999.9 kB"],
  [999_950, "1.0 MB"],
  [3.2e15, "3200.0 TB"],
])("%d bytes are %s", (count, text) => expect(bytes(count)).toBe(text));

test.each([
  [0, "0.0 s"],
  [59_949, "59.9 s"],
  [59_951, "1 min 0 s"],
  [125_000, "2 min 5 s"],
])("%d ms are %s", (ms, text) => expect(duration(ms)).toBe(text));

test("a noun follows its number", () => {
  expect([0, 1, 2].map((count) => counted(count, "layer"))).toEqual([
    "0 layers",
    "1 layer",
    "2 layers",
  ]);
});

test.each([
  [[], ""],
  [["a"], "a"],
  [["a", "b"], "a and b"],
  [["a", "b", "c"], "a, b and c"],
])("%j is listed as %j", (words, text) => expect(listed(words)).toBe(text));

test.each([
  [-5, "just now"],
  [59_999, "just now"],
  [60_000, "1 minute ago"],
  [7_199_999, "1 hour ago"],
  [86_400_000 * 2.9, "2 days ago"],
])("%d ms back is %s", (ms, text) => expect(ago(ms)).toBe(text));

test("a table aligns its columns", () => {
  expect(
    plainText(
      table(
        ["A", "LONGER"],
        [
          ["wide cell", "x"],
          ["", ""],
        ],
      ),
    ),
  ).toBe("A          LONGER\nwide cell  x\n");
});

test("facts align their values, also of several lines, and leave out what is unknown", () => {
  expect(
    facts([
      ["url", "one\ntwo"],
      ["image", "shop"],
      ["sent", null],
    ]),
  ).toBe("  url    one\n         two\n  image  shop");
});
