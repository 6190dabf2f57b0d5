import { expect, test } from "vitest";
import { Secret } from "../../plugin.ts";
import { secretValues } from "./secret-values.ts";

const mounts = (...secrets: [name: string, value: string | Secret][]) => ({
  args: [],
  secrets: secrets.map(([name, value]) => ({ name, value })),
});

test("each secret mount gets a variable of its own, which nobody else uses", () => {
  const request = {
    ...mounts(["NPM_TOKEN", new Secret("one")], ["a,b", "two"]),
    args: [{ name: "HALOY_BUILD_SECRET_2", value: new Secret("argument") }],
  };
  expect(secretValues(request, { HALOY_BUILD_SECRET_1: "taken" })).toEqual({
    flags: [
      "--secret=id=NPM_TOKEN,env=HALOY_BUILD_SECRET_3",
      '--secret="id=a,b",env=HALOY_BUILD_SECRET_4',
    ],
    env: {
      HALOY_BUILD_SECRET_2: "argument",
      HALOY_BUILD_SECRET_3: "one",
      HALOY_BUILD_SECRET_4: "two",
    },
  });
});

test("a value that no environment can hold is refused, and not shown", () => {
  expect(() => secretValues(mounts(["KEY", new Secret("hunter2\0")]), {})).toThrow(
    /^Cannot build with the build secret "KEY": its value has a NUL byte in it$/,
  );
  const long = new Secret("x".repeat(128 * 1024));
  expect(() => secretValues(mounts(["KEY", long]), {})).toThrow(
    /^Cannot build with the build secret "KEY": its value is longer than 128 KiB$/,
  );
  const args = [{ name: "TOKEN", value: long }];
  expect(() => secretValues({ args, secrets: [] }, {})).toThrow(
    /^Cannot build with the build argument "TOKEN": its value is longer than 128 KiB$/,
  );
});
