/**
 * The format of `.env` files.
 */

import { expect, test } from "vitest";
import { errorJson } from "../core/errors.ts";
import { envVariables } from "./env-file.ts";

const read = (text: string) => envVariables(text, "/srv/shop/.env");

test.each([
  ["A=plain", "plain"],
  ["export A=exported", "exported"],
  ["export\tA=by a tab", "by a tab"],
  ["  A = around  ", "around"],
  ["A=", ""],
  ["A=   ", ""],
  ["A=''", ""],
  ['A=""', ""],
  ["A= # only a comment", ""],
  ["A=word # comment", "word"],
  ["A=pass#word", "pass#word"],
  ["A=#fff", "#fff"],
  ["A=a=b=c", "a=b=c"],
  ["A=it's", "it's"],
  ["A=back\\slash\\n", "back\\slash\\n"],
  [`A=\${B}`, `\${B}`],
  ["A='single # \\n \"x\"' # comment", 'single # \\n "x"'],
  ["A=\"double # 'x'\"", "double # 'x'"],
  ['A="line\\nbreak\\r"', "line\nbreak\r"],
  ['A="a \\"word\\" and \\t"', 'a "word" and \\t'],
  ['A="C:\\\\new\\\\"', "C:\\new\\"],
  ['A="\\\\\\n"', "\\\n"],
  ['A=`it\'s "both"`', `it's "both"`],
  ['A="two\nlines"', "two\nlines"],
  ["A='two\r\nlines'\r", "two\nlines"],
  ["\uFEFFA=after a byte order mark", "after a byte order mark"],
  ["A=first\nA=last", "last"],
  ["A=ключ", "ключ"],
])("%j gives %j", (text, value) => {
  expect(read(text)).toEqual({ A: value });
});

test("an empty value does not take the next line, and other lines are left alone", () => {
  const text = "# a comment\n\nA=\nB=   \n  # another\nC.D-e=1\n__proto__=x\n1X=2";
  expect(Object.entries(read(text))).toEqual(
    expect.arrayContaining([
      ["A", ""],
      ["B", ""],
      ["C.D-e", "1"],
      ["__proto__", "x"],
      ["1X", "2"],
    ]),
  );
});

test.each([
  ["A=1\nno variable", 2, "this is no variable"],
  ["A=1\n\nA: 2", 3, "this is no variable"],
  ["=hunter2", 1, "this is no variable"],
  ["A=1\nB='hunter2\nC=3", 2, "the value of B has no closing '"],
  ['B="hunter2', 1, 'the value of B has no closing "'],
  ["A=1\nB=hunter2\0", 2, "the value of B has a NUL byte"],
  ["B='hunter2\0'", 1, "the value of B has a NUL byte"],
  ["B='hunter2' hunter3", 1, "more follows after the value of B"],
])("%j is refused with line %i, and its text is not shown", (text, line, state) => {
  try {
    read(text);
  } catch (thrown) {
    const error = errorJson(thrown);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", at: { file: "/srv/shop/.env", line } });
    expect(error.message).toBe(`Cannot read /srv/shop/.env: ${state} (line ${line})`);
    expect(JSON.stringify(error)).not.toContain("hunter");
    return;
  }
  expect.unreachable();
});

test("a long file is read in little time", () => {
  const text = `${"A='x\\y # z'\n".repeat(50_000)}B="${"\\n".repeat(200_000)}"`;
  const began = performance.now();
  expect(read(text).B).toHaveLength(200_000);
  expect(performance.now() - began).toBeLessThan(1000);
});
