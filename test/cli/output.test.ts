import { describe, expect, test } from "vitest";
import { haloy, RUNTIMES } from "./haloy.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the purpose
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f]/;

describe.each(RUNTIMES)("under %s", (runtime) => {
  const env = { HALOY_RUNTIME: runtime };

  test("piped output has no colors and no carriage returns", async () => {
    const { stderr } = await haloy(["deploy"], { env });
    expect(stderr).toContain("[CONFIG_NOT_FOUND]");
    expect(stderr).not.toMatch(CONTROL);
  });

  test("FORCE_COLOR colors piped output", async () => {
    const { stderr } = await haloy(["deploy"], { env: { ...env, FORCE_COLOR: "1" } });
    expect(stderr).toContain("\u001b[31m✖");
  });

  test("--json is never colored", async () => {
    const { stdout } = await haloy(["deploy", "--json"], { env: { ...env, FORCE_COLOR: "1" } });
    expect(stdout).not.toContain("\x1b");
    expect(JSON.parse(stdout)).toMatchObject({ code: "CONFIG_NOT_FOUND" });
  });

  test.each([["--version"], ["help"], ["version"]])(
    "a reader that has gone is no error: haloy %s | true",
    async (command) => {
      const { code, stderr } = await haloy([command], { env, deafTo: "stdout" });
      expect(stderr).toBe("");
      expect(code).toBe(0);
    },
  );
});

test("NO_COLOR is honored", async () => {
  const { stderr } = await haloy(["deploy"], { env: { NO_COLOR: "1" } });
  expect(stderr).not.toMatch(CONTROL);
});

test("an expected failure has no stack trace, also when debugging", async () => {
  const { stderr } = await haloy(["deploy"], { env: { HALOY_DEBUG: "1" } });
  expect(stderr).not.toMatch(/^\s+at /m);
});
