/**
 * Whatever bytes a YAML config has: an answer within a second, only expected errors, and never a
 * secret in them. The inputs are random but the same in every run. For JSON and TOML see
 * robustness-text.test.ts, for values of the wrong type robustness-values.test.ts.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { attempt, random } from "../../test/config/attempt.ts";

const YAML = "haloy.yaml";
const everything = await readFile(
  new URL("../../test/fixtures/config/good/everything.yaml", import.meta.url),
  "utf8",
);

describe("a damaged file", () => {
  test("of random bytes is refused", async () => {
    const next = random(1);
    for (let round = 0; round < 50; round++) {
      const bytes = Uint8Array.from({ length: next(400) }, () => next(256));
      expect(await attempt(YAML, bytes)).not.toBeNull();
    }
  });

  test("of random YAML signs never breaks the reader", async () => {
    const next = random(2);
    const signs = "{}[]:,-?&*!|>'\"%@`#\n\n  \tab0<=~.";
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: next(80) }, () => signs[next(signs.length)]).join("");
      expect(await attempt(YAML, text)).not.toBeNull();
    }
  });

  test("cut off anywhere is loaded or refused", async () => {
    for (let length = 0; length < everything.length; length += 7) {
      await attempt(YAML, everything.slice(0, length));
    }
  });
});

const deep = 30_000;
test.each([
  ["open brackets", "[".repeat(deep)],
  ["nested lists", `name: a\nenv: ${"[".repeat(5000)}${"]".repeat(5000)}`],
  ["nested dashes", "- ".repeat(deep)],
  [
    "nested maps",
    Array.from({ length: 3000 }, (_, at) => `${" ".repeat(at)}a:`)
      .join("\n")
      .slice(0, 900_000),
  ],
  [
    "a billion laughs",
    Array.from(
      { length: 40 },
      (_, at) => `a${at}: &a${at} [${at === 0 ? "x" : `*a${at - 1}, *a${at - 1}`}]`,
    ).join("\n"),
  ],
  [
    "merged laughs",
    Array.from(
      { length: 40 },
      (_, at) =>
        `a${at}: &a${at} {${at === 0 ? "x: 1" : `k${at}: 1, <<: [*a${at - 1}, *a${at - 1}]`}}`,
    ).join("\n"),
  ],
  ["many keys", Array.from({ length: 10_000 }, (_, at) => `key${at}: 1`).join("\n")],
  ["many items", `env: [${"1,".repeat(20_000)}]`],
  ["one long line", `name: ${"x".repeat(900_000)}`],
  ["one long key", `${"x".repeat(900)}: 1`],
  ["spaces", " ".repeat(1_000_000)],
  ["quotes", `name: "${"\\".repeat(200_000)}`],
  ["nothing but line breaks", "\n".repeat(200_000)],
])("%s are refused in time", async (_title, text) => {
  expect(await attempt(YAML, text)).not.toBeNull();
});

describe("a secret in the config is in no error", () => {
  // Lines with secrets, in every way to write them.
  const secret = `name: shop
server: haloy.example.com
api_token:
  value: hunter2
# old: hunter2
env:
  - name: A
    value: "hunter2" # hunter2
  - { name: B, value: hunter2 }
  - name: C
    value: |
      first hunter2
      name: hunter2
  - name: D
    value: >-
      hunter2

      hunter2
  - { name: E,
      value: 'hunter2',
    }
  - name: F
    value: plain
      hunter2
image:
  repository: shop
  registry:
    username: { value: hunter2 }
    password:
      value: hunter2
  build_config:
    args:
    - name: NPM_TOKEN
      value: hunter2
plugins:
  - use: vault
    with: { token: hunter2, nested: [hunter2] }
secret_providers:
  vault:
    prod: { token: hunter2 }
`;
  const lines = secret.split("\n");
  const next = random(3);
  const damages: readonly (readonly [string, (line: string) => string])[] = [
    ["indented further", (line) => `  ${line}`],
    ["indented less", (line) => line.replace(/^ {1,2}/, "")],
    ["not indented", (line) => line.trimStart()],
    ["indented by a tab", (line) => `\t${line.trimStart()}`],
    ["without its colon", (line) => line.replace(":", "")],
    ["without a space after its colon", (line) => line.replace(": ", ":")],
    ["without its dash", (line) => line.replace("- ", "  ")],
    ["with a dash", (line) => line.replace(/^(\s*)/, "$1- ")],
    ["with an open quote", (line) => line.replace(": ", ': "')],
    ["with an open bracket", (line) => line.replace(": ", ": [")],
    ["with a strange sign", (line) => line.replace(": ", ": @")],
    ["with a misspelt key", (line) => line.replace(/(\w)(\w):/, "$2$1:")],
    ["under a list", (line) => line.replace(": ", ": - ")],
    ["removed", () => ""],
    ["twice", (line) => `${line}\n${line}`],
    ["as a number", (line) => line.replace(/hunter2/g, "12345678901")],
  ];
  test.each(damages)("when a line is %s", async (_title, damage) => {
    for (const [index] of lines.entries()) {
      const damaged = lines.map((line, at) => (at === index ? damage(line) : line)).join("\n");
      const said = (await attempt(YAML, damaged)) ?? "";
      expect(said, damaged).not.toMatch(/hunter2|12345678901/);
    }
  });

  test("when signs anywhere are lost or added", async () => {
    for (let round = 0; round < 300; round++) {
      const at = next(secret.length);
      const sign = ["", "\n", " ", '"', "'", "{", "]", ":", "#", "- "][next(10)] ?? "";
      const damaged = secret.slice(0, at) + sign + secret.slice(at + next(3));
      // A damaged secret is another text.
      if ((damaged.match(/hunter2/g)?.length ?? 0) < (secret.match(/hunter2/g)?.length ?? 0))
        continue;
      expect((await attempt(YAML, damaged)) ?? "", damaged).not.toContain("hunter2");
    }
  });
});

test("400 targets in 2,000 lines are not too many, also when all of them share an anchor", async () => {
  const shared = Array.from({ length: 30 }, (_, at) => `  - { name: V${at}, value: "${at}" }\n`);
  const targets = Array.from(
    { length: 400 },
    (_, at) =>
      `  t${at}:\n    server: s${at}.example.com\n    domains:\n      - domain: a${at}.example.com\n    env: *env\n`,
  );
  const text = `image: nginx\nenv: &env\n${shared.join("")}targets:\n${targets.join("")}`;
  expect(text.split("\n").length).toBeGreaterThan(2000);
  expect(await attempt(YAML, text)).toBeNull();
});
