/**
 * Whatever a JSON or a TOML config holds: an answer within a second, only diagnostics, and never
 * a secret in them. For YAML see robustness.test.ts.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { attempt, random } from "../../test/config/attempt.ts";

const FILES = ["haloy.json", "haloy.toml"] as const;
type File = (typeof FILES)[number];

const fixture = (name: string) =>
  readFile(new URL(`../../test/fixtures/config/formats/${name}`, import.meta.url), "utf8");
const WHOLE: Readonly<Record<File, string>> = {
  "haloy.json": await fixture("json/haloy.json"),
  "haloy.toml": await fixture("toml/haloy.toml"),
};
const SIGNS: Readonly<Record<File, string>> = {
  "haloy.json": "{}[]:,\"\\/*# \n\t\r-+.0189eEtruefalsn'",
  "haloy.toml": "[]{}=.,#\"'\\ \n\t\r-+_:0189eETZtruefalsinx",
};

describe.each(FILES)("a damaged %s", (name) => {
  test("of random bytes or signs is refused", async () => {
    const next = random(1);
    for (let round = 0; round < 200; round++) {
      const bytes = Uint8Array.from({ length: next(400) }, () => next(256));
      expect(await attempt(name, bytes)).not.toBeNull();
      const signs = Array.from({ length: next(80) }, () => SIGNS[name][next(SIGNS[name].length)]);
      expect(await attempt(name, signs.join(""))).not.toBeNull();
    }
  });

  test("cut off anywhere is loaded or refused", async () => {
    for (let length = 0; length < WHOLE[name].length; length += 23) {
      await attempt(name, WHOLE[name].slice(0, length));
    }
    expect(await attempt(name, WHOLE[name])).toBeNull();
  });
});

const nest = (open: string, close: string, times: number) =>
  open.repeat(times) + close.repeat(times);
const many = (times: number, line: (at: number) => string) =>
  Array.from({ length: times }, (_, at) => line(at)).join("\n");

test.each<readonly [File, string, string]>([
  ["haloy.json", "open brackets", "[".repeat(900_000)],
  ["haloy.json", "open braces", '{"a":'.repeat(180_000)],
  ["haloy.json", "nested lists", nest("[", "]", 1500)],
  ["haloy.json", "deeply nested lists", nest("[", "]", 400_000)],
  ["haloy.json", "closing brackets", `[${"]".repeat(900_000)}`],
  ["haloy.json", "many keys", `{${many(40_000, (at) => `"key${at}": 1,`)}"a": 1}`],
  ["haloy.json", "one key many times", `{${'"name": "a",'.repeat(70_000)}"a": 1}`],
  ["haloy.json", "many items", `{"env": [${"1,".repeat(450_000)}1]}`],
  ["haloy.json", "many mistakes", `{${many(90_000, () => '"a": x y,')}}`],
  ["haloy.json", "many misplaced keys", `[${many(90_000, () => '"a": 1,')}`],
  ["haloy.json", "many commas", `[${",".repeat(900_000)}]`],
  ["haloy.json", "many unclosed texts", many(100_000, () => '"a": "b')],
  ["haloy.json", "one long text", `{"name": "${"x".repeat(900_000)}"}`],
  ["haloy.json", "one long word", `{${"x".repeat(900_000)}`],
  ["haloy.json", "backslashes", `{"name": "${"\\".repeat(900_000)}`],
  ["haloy.json", "spaces", `{${" ".repeat(1_000_000)}`],
  ["haloy.json", "line breaks", `{${"\n".repeat(1_000_000)}`],
  ["haloy.toml", "open brackets", `a = ${"[".repeat(900_000)}`],
  ["haloy.toml", "nested lists", `a = ${nest("[", "]", 400_000)}`],
  ["haloy.toml", "nested inline tables", `a = ${nest("{a=", "}", 200_000)}`],
  ["haloy.toml", "a long header", `[${"a.".repeat(400_000)}a]`],
  ["haloy.toml", "a long dotted key", `${"a.".repeat(400_000)}a = 1`],
  ["haloy.toml", "a long spaced key", `${"a . ".repeat(200_000)}a = 1`],
  ["haloy.toml", "many keys", many(60_000, (at) => `key${at} = 1`)],
  ["haloy.toml", "many tables", many(60_000, (at) => `[key${at}]`)],
  ["haloy.toml", "one table many times", many(15_000, () => "[env]\na = 1")],
  ["haloy.toml", "many tables of a list", many(19_000, () => "[[env]]")],
  ["haloy.toml", "one dotted table", many(19_000, (at) => `a.b.c.k${at} = 1`)],
  ["haloy.toml", "many items", `env = [${"1,".repeat(450_000)}1]`],
  ["haloy.toml", "many mistakes", many(60_000, () => "a = x y")],
  ["haloy.toml", "many empty statements", "=\n".repeat(450_000)],
  ["haloy.toml", "one long text", `name = "${"x".repeat(900_000)}"`],
  ["haloy.toml", "one long word", "x".repeat(900_000)],
  ["haloy.toml", "one long number", `port = ${"9".repeat(900_000)}`],
  ["haloy.toml", "backslashes", `name = """${"\\".repeat(900_000)}`],
  ["haloy.toml", "quotes", `name = ${'"'.repeat(900_000)}`],
  ["haloy.toml", "apostrophes", `name = ${"'".repeat(900_001)}`],
  ["haloy.toml", "spaces", `a =${" ".repeat(1_000_000)}`],
  ["haloy.toml", "line breaks", "\n".repeat(1_000_000)],
  ["haloy.toml", "comments", "#\n".repeat(500_000)],
])("in %s, %s are refused in time", async (name, _title, text) => {
  expect(await attempt(name, text)).not.toBeNull();
});

describe("a secret in the config is in no error", () => {
  const SECRET: Readonly<Record<File, string>> = {
    "haloy.json": `{
  "name": "shop",
  "server": "haloy.example.com",
  "apiToken": { "value": "hunter2" },
  "env": [
    { "name": "A", "value": "hunter2" },
    {
      "name": "B",
      "value": "first hunter2\\nname: hunter2, \\"hunter2\\" [hunter2]"
    }, { "name": "C", "value": "hunter2" }
  ],
  "image": {
    "repository": "shop",
    "registry": { "username": { "value": "hunter2" },
      "password": {
        "value": "hunter2" } },
    "buildConfig": { "args": [{ "name": "NPM_TOKEN", "value": "hunter2" }] }
  },
  "plugins": [{ "use": "vault", "with": { "token": "hunter2", "nested": ["hunter2"] } }],
  "secretProviders": { "vault": { "prod": { "token": "hunter2" } } }
}
`,
    "haloy.toml": `name = "shop"
server = "haloy.example.com"
api_token.value = "hunter2"
# old: hunter2
env = [
  { name = "A", value = "hunter2" }, # hunter2
  {
    name = "B",
    value = """
first hunter2
name = hunter2, "hunter2" [hunter2]
""" }, { name = "C", value = 'hunter2' },
]
plugins = [{ use = "vault", with = { token = "hunter2", nested = ["hunter2"] } }]
[image]
repository = "shop"
registry.username.value = "hunter2"
[image.registry.password]
value = "hunter2"
[[image.build_config.args]]
name = "NPM_TOKEN"
value = '''
hunter2
  hunter2
'''
[secret_providers.vault.prod]
token = "hunter2"
`,
  };
  const damages: readonly (readonly [string, (line: string) => string])[] = [
    ["without its separator", (line) => line.replace(/[:=]/, "")],
    [
      "with another separator",
      (line) => line.replace(/[:=]/, (sign) => (sign === ":" ? "=" : ":")),
    ],
    ["with two separators", (line) => line.replace(/[:=]/, "$&$&")],
    ["without its first quote", (line) => line.replace(/["']/, "")],
    ["without its last quote", (line) => line.replace(/["'](?=[^"']*$)/, "")],
    ["without quotes", (line) => line.replace(/["']/g, "")],
    ["with a quote more", (line) => line.replace(/hunter2/, '"hunter2')],
    ["with an open bracket", (line) => line.replace(/[:=] */, "$&[")],
    ["without closing brackets", (line) => line.replace(/[\]}]/g, "")],
    ["without commas", (line) => line.replaceAll(",", "")],
    ["with a comment sign", (line) => `# ${line}`],
    ["with a misspelt key", (line) => line.replace(/(\w)(\w)("? ?[:=])/, "$2$1$3")],
    ["with a strange sign", (line) => line.replace(/[:=] */, "$&@")],
    ["removed", () => ""],
    ["joined to the next one", (line) => `${line}~`],
    ["twice", (line) => `${line}\n${line}`],
    ["as a number", (line) => line.replace(/["']?hunter2["']?/g, "12345678901")],
  ];
  describe.each(FILES)("of %s", (name) => {
    const secret = SECRET[name];
    const lines = secret.split("\n");

    test("which is valid", async () => {
      expect(await attempt(name, secret)).toBeNull();
    });

    test.each(damages)("when a line is %s", async (_title, damage) => {
      for (const [index] of lines.entries()) {
        const damaged = lines
          .map((line, at) => (at === index ? damage(line) : line))
          .join("\n")
          .replace("~\n", "");
        const said = (await attempt(name, damaged)) ?? "";
        expect(said, damaged).not.toMatch(/hunter2|12345678901/);
      }
    });

    test("when signs anywhere are lost or added", async () => {
      const next = random(3);
      const signs = ["", "\n", " ", '"', "'", "{", "]", ":", "=", "#", ",", "\\", '"""'];
      for (let round = 0; round < 400; round++) {
        const at = next(secret.length);
        const sign = signs[next(signs.length)] ?? "";
        const damaged = secret.slice(0, at) + sign + secret.slice(at + next(3));
        // A damaged secret is another text.
        if (damaged.split("hunter2").length < secret.split("hunter2").length) continue;
        expect((await attempt(name, damaged)) ?? "", damaged).not.toContain("hunter2");
      }
    });
  });
});
