import { describe, expect, test } from "vitest";
import { VERSION } from "../../core/version.ts";
import { haloy } from "./haloy.ts";

test("haloy alone prints its help", async () => {
  const { code, stdout, stderr } = await haloy([]);
  expect(stdout).toMatch(/^Usage: haloy /);
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("help names every command, in the order in which they are needed", async () => {
  const { stdout } = await haloy(["help"]);
  const names = [...stdout.matchAll(/^ {2}([a-z-]+)(?: \[.*?\])* {2,}\w/gm)].map(
    ([, name]) => name,
  );
  const expected = [
    ...["init", "deploy", "plan", "rollback", "stop", "status", "logs", "rollback-targets"],
    ...["targets", "validate-config", "server", "version", "help"],
  ];
  expect(names.filter((name) => name !== undefined && expected.includes(name))).toEqual(expected);
});

describe("commands about apps choose targets in one way", () => {
  test.each([
    ...["deploy", "plan", "rollback", "stop", "status", "logs", "rollback-targets", "targets"],
    "server version",
  ])("haloy %s", async (name) => {
    const { stdout } = await haloy([...name.split(" "), "--help"]);
    expect(stdout).toMatch(/-t, --targets <names>/);
    expect(stdout).toMatch(/-a, --all/);
    expect(stdout).not.toMatch(/--target /);
    const changes = ["deploy", "plan", "rollback", "stop"].includes(name);
    expect(stdout.includes("--include-protected")).toBe(changes);
  });
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

describe("what cannot be understood exits 1 and says what to write", () => {
  test.each([
    [["depoy"], "unknown command 'depoy'", "Did you mean deploy?"],
    [["status", "--jsom"], "unknown option '--jsom'", "Did you mean --json?"],
    [["server", "ad"], "unknown command 'ad'", "Did you mean add?"],
    [["server", "delete"], "missing required argument 'url'", 'Write "haloy server delete <url>"'],
    [["server", "version", "a.example.com"], "too many", "haloy server version --server a.example"],
    [["deploy", "production", "staging"], "too many", "haloy deploy --targets production,staging"],
    [["server", "list", "x"], "too many", 'Write "haloy server list"'],
    [["nonsense"], "unknown command 'nonsense'", "Commands are init, deploy, plan, "],
    [["server", "nonsense"], "unknown command 'nonsense'", "Commands are add, list, "],
    [
      ["stop", "--nonsense"],
      "unknown option '--nonsense'",
      'Flags of "haloy stop" are --config, --',
    ],
    [["logs", "--tail", "many"], "must be a number of lines", "haloy help logs"],
    [["deploy", "--targets"], "argument missing", "haloy help deploy"],
    [["deploy", "--targets", "a,,b"], "must be names of targets", "haloy help deploy"],
    [["deploy", "--all", "--targets", "x"], "cannot be used with", "Leave one of them out"],
    [["deploy", "--all", "--target", "x"], "cannot be used with", "Leave one of them out"],
    [["server", "version", "-a", "-s", "x"], "cannot be used with", "Leave one of them out"],
    [
      ["validate-config", "--reveal"],
      "no config is to be shown",
      "--show-resolved-config --reveal",
    ],
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

  test("a token that was typed in two words is not repeated", async () => {
    const { stderr } = await haloy(["server", "add", "a.example.com", "first-half", "second-half"]);
    expect(stderr).toContain("too many arguments");
    expect(stderr).toContain('Write "haloy server add <url> [token]"');
    expect(stderr).not.toContain("half");
  });

  test("with --json the error is JSON on stdout", async () => {
    const { code, stdout, stderr } = await haloy(["status", "--json", "--jsom"]);
    expect(JSON.parse(stdout)).toMatchObject({ type: "error", code: "USAGE_INVALID" });
    expect(stderr).toBe("");
    expect(code).toBe(1);
  });
});
