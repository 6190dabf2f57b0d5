import { describe, expect, test } from "vitest";
import { VERSION } from "../../core/version.ts";
import { haloy } from "./haloy.ts";

test("haloy alone prints its help", async () => {
  const { code, stdout, stderr } = await haloy([]);
  expect(stdout).toMatch(/^Usage: haloy /);
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("help names every command", async () => {
  const { stdout } = await haloy(["help"]);
  for (const name of [
    ...["deploy", "rollback", "rollback-targets", "plan", "status", "logs", "stop"],
    ...["targets", "validate-config", "server", "version"],
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${name} .*\\w`, "m"));
  }
});

test("every command describes its flags and offers --json", async () => {
  const { stdout } = await haloy(["help"]);
  const names = [...stdout.matchAll(/^ {2}([a-z-]+) \[?(?:options|command)/gm)].map(
    ([, name]) => name,
  );
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) {
    if (name === undefined || name === "server" || name === "help") continue;
    const help = await haloy([name, "--help"]);
    expect(help.stdout, name).toMatch(/--json +print JSON only/);
    expect(help.code, name).toBe(0);
  }
}, 20_000);

test("--version and version print the version", async () => {
  expect(await haloy(["--version"])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: "" });
  expect((await haloy(["version"])).stdout).toMatch(`haloy ${VERSION} (`);
});

describe("what cannot be understood exits 1 with the nearest suggestion", () => {
  test.each([
    [["depoy"], "unknown command 'depoy'", "Did you mean deploy?"],
    [["status", "--jsom"], "unknown option '--jsom'", "Did you mean --json?"],
    [["server", "ad"], "unknown command 'ad'", "Did you mean add?"],
    [["server", "delete"], "missing required argument 'url'", "haloy help"],
    [["logs", "--tail", "many"], "must be a number of lines", "haloy help"],
    [["deploy", "--all", "--targets", "x"], "cannot be used with", "haloy help"],
    [["server", "add", "one.example.com"], "no token is given", "--token-stdin"],
    [["server", "add", "one.example.com", "t", "--token-stdin"], "given twice", "--token-stdin"],
  ])("%j", async (args, problem, suggestion) => {
    const { code, stdout, stderr } = await haloy(args);
    expect(stderr).toContain(problem);
    expect(stderr).toContain(suggestion);
    expect(stderr).toContain("[USAGE_INVALID]");
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });

  test("with --json the error is JSON on stdout", async () => {
    const { code, stdout, stderr } = await haloy(["status", "--json", "--jsom"]);
    expect(JSON.parse(stdout)).toMatchObject({ type: "error", code: "USAGE_INVALID" });
    expect(stderr).toBe("");
    expect(code).toBe(1);
  });
});
