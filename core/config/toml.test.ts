/**
 * TOML configs: what is read, where it stands, and exactly what is said about mistakes.
 *
 * @module
 */

import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { describe, expect, test } from "vitest";
import { random } from "../../test/config/attempt.ts";
import { told } from "../../test/config/told.ts";
import { parseToml } from "./toml.ts";
import type { Tree } from "./tree.ts";

/** A tree without its places. Of double keys the first. */
function plain(tree: Tree): unknown {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(plain);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]).reverse());
}

/** Whether any table has a key twice. */
function hasDouble(tree: Tree): boolean {
  if (tree.kind === "scalar") return false;
  if (tree.kind === "list") return tree.items.some(hasDouble);
  const keys = new Set(tree.entries.map(({ key }) => key));
  return keys.size < tree.entries.length || tree.entries.some(({ value }) => hasDouble(value));
}

const read = (text: string) => {
  const { tree, findings } = parseToml(text);
  expect(findings).toEqual([]);
  return tree && plain(tree);
};
const said = (text: string) => told("haloy.toml", text);

test("every kind of value is read; dates and times are text", () => {
  expect(
    read(`
basic = "tab\\tquote\\" \\u00e9 \\x41 # no comment"
literal = 'C:\\Users'
lines = """\\
  one \\
  two
three"""
raw = '''
C:\\new
'''
integers = [1, -17, +99, 1_000, 0xDEAD_beef, 0o755, 0b101]
large = 99999999999999999999
floats = [0.5, -1.5e3, 6.02e23, inf, -inf, nan]
truth = [true, false]
dates = [1979-05-27T07:32:00Z, 1979-05-27 07:32, 1979-05-27, 07:32:00.5]
nested = [[1, [2]], { a = { b = [] } }, {}]
"quoted key" = 1
'' = 2
1234 = 3
`),
  ).toEqual({
    basic: 'tab\tquote" é A # no comment',
    literal: "C:\\Users",
    lines: "one two\nthree",
    raw: "C:\\new\n",
    integers: [1, -17, 99, 1000, 0xdeadbeef, 0o755, 5],
    large: 1e20,
    floats: [0.5, -1500, 6.02e23, Infinity, -Infinity, NaN],
    truth: [true, false],
    dates: ["1979-05-27T07:32:00Z", "1979-05-27 07:32", "1979-05-27", "07:32:00.5"],
    nested: [[1, [2]], { a: { b: [] } }, {}],
    "quoted key": 1,
    "": 2,
    "1234": 3,
  });
});

test("tables, dotted keys, inline tables and lists of tables are one tree", () => {
  expect(
    read(`
a.b.c = 1
a.b.d = 2
inline = { x.y = 1, x.z = 2, # a comment
}
[a.table] # below a dotted one
[deep.er.est]
v = 1
[deep] # after its own table
w = 2
[[list]]
v = 1
[list.inner]
v = 2
[[list.of]]
v = 3
[[list.of]]
[[list]]
inner = "other"
[x."y.z".'w']
`),
  ).toEqual({
    a: { b: { c: 1, d: 2 }, table: {} },
    inline: { x: { y: 1, z: 2 } },
    deep: { er: { est: { v: 1 } }, w: 2 },
    list: [{ v: 1, inner: { v: 2 }, of: [{ v: 3 }, {}] }, { inner: "other" }],
    x: { "y.z": { w: {} } },
  });
});

test("every value and key has its place", () => {
  const text = `# first
name = "shop" # c
[image]\r
build_config.args = [{ name = "A" }]
[[env]]
name = 'B'
[image.history]
count = 1
`;
  const { tree } = parseToml(text);
  const places: string[] = [];
  const visit = (one: Tree) => {
    if (one.kind === "scalar") places.push(text.slice(...one.range));
    if (one.kind === "list") one.items.forEach(visit);
    if (one.kind !== "map") return;
    for (const { keyRange, value } of one.entries) {
      places.push(text.slice(...keyRange));
      visit(value);
    }
  };
  if (tree) visit(tree);
  expect(places.join(" ")).toBe(
    `name "shop" image build_config args name "A" history count 1 env name 'B'`,
  );
});

test("statements read one by one mean what the library makes of the whole file", () => {
  const next = random(1);
  const pick = (words: readonly string[]) => words[next(words.length)] ?? "";
  const value = (depth: number): string => {
    const deeper = () => value(depth + 1);
    const kinds = [
      () => pick(["1", "true", "-2.5", `"s\\"[#"`, "'l['", `"""m\n[x]\n"# \\""""`, "'''\n= {'''"]),
      () => `[${Array.from({ length: next(3) }, deeper).join(pick([",", ",\n # c ]\n"]))}]`,
      () => `{ k${pick(["", ".z"])} = ${deeper()}, l = 1${pick(["", ",\n"])} }`,
    ];
    return kinds[depth > 2 ? 0 : next(kinds.length)]?.() ?? "";
  };
  const statements = [
    () => `${pick(["a", "b", "a.b", "b.c", `"q r"`])} = ${value(0)}\n`,
    () => `[${pick(["t", "t.u", "v.w", "v", "a"])}]\n`,
    () => `[[${pick(["l", "l.m", "t.l", "v.w"])}]]\n`,
    () => pick([`# "x" [\n`, "\n", "\r\n"]),
  ];
  const counts = { valid: 0, double: 0, broken: 0 };
  for (let round = 0; round < 1500; round++) {
    let text = "";
    for (let left = next(8); left > 0; left--) text += statements[next(statements.length)]?.();
    if (round % 3 === 0) {
      const at = next(text.length + 1);
      text = text.slice(0, at) + pick(["", "x", '"', "]", "\n", ","]) + text.slice(at + next(2));
    }
    let expected: unknown;
    let refused = "";
    try {
      expected = getStaticTOMLValue(parseTOML(text));
    } catch (error) {
      refused = (error as Error).message;
    }
    const { tree } = parseToml(text);
    const double = refused.startsWith("Defining a key");
    if (double) expect(tree === null || hasDouble(tree), text).toBe(true);
    else expect(tree && plain(tree), text).toEqual(refused === "" ? expected : null);
    if (!double && tree) expect(hasDouble(tree), text).toBe(false);
    counts[double ? "double" : refused ? "broken" : "valid"]++;
  }
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(100);
});

describe("a mistake in a TOML config is told:", () => {
  test("values of the wrong type, unknown keys, another format's spelling", async () => {
    expect(
      await said(`name = "shop"
healthCheckPath = "/up"
replicas = "2"
port = 2024-01-01

[[domains]]
domian = "shop.example.com"

[[env]]
name = "A"
vlaue = "hunter2"
[env.from]
emv = "hunter2"
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      Cannot use haloy.toml: 6 problems

      haloy.toml:2:1  healthCheckPath is spelt differently here
        1 | name = "shop"
        2 | healthCheckPath = "/up"
          | ^^^^^^^^^^^^^^^
        Write "health_check_path"

      haloy.toml:3:12  replicas must be a number, not a string
        2 | healthCheckPath = "/up"
        3 | replicas = "2"
          |            ^^^
        Remove the quotes

      haloy.toml:4:8  port must be a number, not a string
        3 | replicas = "2"
        4 | port = 2024-01-01
          |        ^^^^^^^^^^

      haloy.toml:7:1  domains[0].domian is not a known setting
        6 | [[domains]]
        7 | domian = ***
          | ^^^^^^
        Did you mean "domain"?

      haloy.toml:11:1  env[0].vlaue is not a known setting
        10 | name = "A"
        11 | vlaue = ***
           | ^^^^^
        Did you mean "value"?

      haloy.toml:13:1  env[0].from.emv is not a known setting
        12 | [env.from]
        13 | emv = ***
           | ^^^
        Did you mean "env"?"
    `);
  });

  test("tables and keys that are there twice", async () => {
    expect(
      await said(`name = "shop"
image.tag = "v1"
name = "store"
env = []
[image]
tag = "v2"
[[env]]
name = "A"
value = "hunter2"
[log]
driver = "local"
[[log]]
driver = "hunter2"
[secret_providers.vault.prod]
token = "hunter2"
[secret_providers.vault]
prod.token = "hunter2"
[__proto__]
token = "hunter2"
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      Cannot use haloy.toml: 6 problems

      haloy.toml:3:1  name is there twice
        2 | image.tag = "v1"
        3 | name = ***
          | ^^^^
        haloy.toml:1:8  name is the first one
        Keep one of the two

      haloy.toml:5:2  image is there twice
        4 | env = []
        5 | [image]
          |  ^^^^^
        haloy.toml:2:1  image is the first one
        1 | name = "shop"
        2 | image.tag = "v1"
          | ^^^^^
        Keep one of the two

      haloy.toml:7:3  env is there twice
        6 | ***
        7 | [[env]]
          |   ^^^
        haloy.toml:4:1  env is the first one
        3 | name = ***
        4 | env = []
          | ^^^
        Keep one of the two

      haloy.toml:12:3  log is there twice
        11 | driver = "local"
        12 | [[log]]
           |   ^^^
        haloy.toml:10:2  log is the first one
        Keep one of the two

      haloy.toml:17:1  secret_providers.vault.prod is there twice
        16 | [secret_providers.vault]
        17 | prod***
           | ^^^^
        haloy.toml:14:25  secret_providers.vault.prod is the first one
        13 | ***
        14 | [secret_providers.vault.prod]
           |                         ^^^^
        Keep one of the two

      haloy.toml:18:2  __proto__ cannot be a key
        17 | prod***
        18 | [__proto__]
           |  ^^^^^^^^^"
    `);
  });

  test("a key twice in an inline table", async () => {
    expect(
      await said(`name = "shop"
env = [{ name = "A", value = "hunter2", value = "hunter2" }]
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 1 problem

      haloy.toml:2:41  the config has a key that is there twice
        1 | name = ***
        2 | env = [{ name = ***, value = ***, value = *** }]
          |                                   ^
        Keep one of the two"
    `);
  });

  test("both spellings of one table", async () => {
    expect(
      await said(`name = "shop"
[image.buildConfig]
args = [{ name = "A", value = "hunter2" }]
[image.build_config]
context = "app"
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      Cannot use haloy.toml: 1 problem

      haloy.toml:2:8  image.buildConfig is "build_config" in another spelling
        1 | name = "shop"
        2 | [image.buildConfig]
          |        ^^^^^^^^^^^
        Keep one of the two"
    `);
  });

  test("text without quotes, and what is left on a line", async () => {
    expect(
      await said(`name = shop
tag = v1.2.3
server = 10.0.0.1
protected = True
port = 80 replicas = 2
[image] tag = "v1"
network = back end
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 7 problems

      haloy.toml:1:8  the config has a value that is not in quotes
        1 | name = ***
          |        ^^^
        Put text in double quotes

      haloy.toml:2:7  the config has a value that is not in quotes
        1 | name = ***
        2 | tag = ***
          |       ^^^
        Put text in double quotes

      haloy.toml:3:14  the config has something left at the end of the line
        2 | tag = ***
        3 | server = ***
          |          ^^^
        Put text in quotes, and every key in a line of its own

      haloy.toml:4:13  the config has true or false in capital letters
        3 | server = ***
        4 | protected = ***
          |             ^^^
        Use lower case

      haloy.toml:5:11  the config has something left at the end of the line
        4 | protected = ***
        5 | port = *** replicas = ***
          |            ^
        Put text in quotes, and every key in a line of its own

      haloy.toml:6:9  the config has something left at the end of the line
        5 | port = *** replicas = ***
        6 | [image] tag = ***
          |         ^
        Put text in quotes, and every key in a line of its own

      haloy.toml:7:11  the config has a value that is not in quotes
        6 | [image] tag = ***
        7 | network = ***
          |           ^^^
        Put text in double quotes"
    `);
  });

  test("texts that do not end", async () => {
    expect(
      await said(`name = "shop
[[env]]
name = 'A
value = "hunter2
[image]
tag = """v1
hunter2
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 4 problems

      haloy.toml:1:8  the config has no closing " for this text
        1 | name = ***
          |        ^^^

      haloy.toml:3:8  the config has no closing ' for this text
        2 | [[env]]
        3 | name = ***
          |        ^^^

      haloy.toml:4:9  the config has no closing " for this text
        3 | name = ***
        4 | value = ***
          |         ^^^

      haloy.toml:6:7  the config has no closing """ for this text
        5 | [image]
        6 | tag = ***
          |       ^^^"
    `);
  });

  test("brackets that do not fit", async () => {
    expect(
      await said(`name = "shop"
volumes = ["a:/b"]]
command = ["x",, "y"]
[image
[[env]
[ [domains]]
[]
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 6 problems

      haloy.toml:2:19  the config has a closing bracket too many
        1 | name = ***
        2 | volumes = [***]]
          |                ^
        Remove it

      haloy.toml:3:16  the config has a comma that is not expected here
        2 | volumes = [***]]
        3 | command = [***]
          |            ^^^
        Remove it

      haloy.toml:4:1  the config has no closing ]
        3 | command = [***]
        4 | [image
          | ^

      haloy.toml:5:1  the config has no closing ]
        4 | [image
        5 | [[env]
          | ^

      haloy.toml:6:3  the config has a space between two brackets
        5 | [[env]
        6 | [ [***]]
          |   ^
        Write [[name]]

      haloy.toml:7:2  the config has a table without a name
        6 | [ [***]]
        7 | []
          |  ^
        Write [name]"
    `);
    expect(
      await said(`name = "shop"
env = [
  { name = "A", value = "hunter2" }
port = 80
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 1 problem

      haloy.toml:2:7  the config has no closing ]
        1 | name = ***
        2 | env = [
          |       ^"
    `);
    expect(await said(`image = { tag = "v1"\nport = 80\n`)).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 1 problem

      haloy.toml:1:9  the config has no closing }
        1 | image = { tag = ***
          |         ^"
    `);
  });

  test("no comma, no value, no key", async () => {
    expect(
      await said(`env = [
  { name = "A" value = "hunter2" }
]
port =
replicas
= 5
health check path = "/up"
a..b = 1
@x = "hunter2"
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 7 problems

      haloy.toml:2:16  the config has no comma before this
        1 | env = [
        2 |   { name = *** value = *** }
          |                ^

      haloy.toml:4:7  the config has a key without a value
        3 | ]
        4 | port =
          |       ^
        Write key = value, or remove the key

      haloy.toml:5:9  the config has no = after a key
        4 | port =
        5 | replicas
          |         ^
        Write key = value

      haloy.toml:6:1  the config has = without a key before it
        5 | replicas
        6 | ***
          | ^^^
        Write key = value

      haloy.toml:7:8  the config has no = after a key
        6 | ***
        7 | ***
          | ^^^
        Write key = value

      haloy.toml:8:2  the config has two dots in a key
        7 | ***
        8 | ***
          | ^^^

      haloy.toml:9:1  the config has a sign that is not allowed in a key
        8 | ***
        9 | ***
          | ^^^
        Put a key with signs in it in quotes"
    `);
  });

  test("numbers and dates that TOML does not have", async () => {
    expect(
      await said(`port = 0080
cpus = .5
replicas = 2.
min_ready_seconds = 1_
memory = 512m
tag = 2024-13-01
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 6 problems

      haloy.toml:1:8  the config has a number that begins with 0
        1 | port = ***
          |        ^^^
        Write it like 5, 0.5 or -5, or put it in double quotes

      haloy.toml:2:8  the config has something that is not a TOML number
        1 | port = ***
        2 | cpus = ***
          |        ^^^
        Write it like 5, 0.5 or -5, or put it in double quotes

      haloy.toml:3:14  the config has something that is not a TOML number
        2 | cpus = ***
        3 | replicas = ***
          |               ^
        Write it like 5, 0.5 or -5, or put it in double quotes

      haloy.toml:4:23  the config has a number with an underscore at its end
        3 | replicas = ***
        4 | min_ready_seconds = ***
          |                        ^
        Write it like 5, 0.5 or -5, or put it in double quotes

      haloy.toml:5:13  the config has something left at the end of the line
        4 | min_ready_seconds = ***
        5 | memory = ***
          |          ^^^
        Put text in quotes, and every key in a line of its own

      haloy.toml:6:16  the config has a date or a time that does not exist
        5 | memory = ***
        6 | tag = ***
          |       ^^^"
    `);
  });

  test("escapes, control characters, comments", async () => {
    expect(
      await said(`context = "C:\\Users"
tag = "a\u0001b"
// hunter2
name = "shop" // hunter2
# hunter2 \u0001
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 5 problems

      haloy.toml:1:15  the config has an unknown escape in a text
        1 | context = ***
          |           ^^^
        Write \\\\ for one \\, or use single quotes

      haloy.toml:2:9  the config has a control character
        1 | context = ***
        2 | tag = ***
          |       ^^^
        Write \\n for a line break, \\t for a tab

      haloy.toml:3:1  the config has a comment that does not begin with #
        2 | tag = ***
        3 | ***
          | ^^^
        Write # instead

      haloy.toml:4:15  the config has a comment that does not begin with #
        3 | ***
        4 | name = ***
          |        ^^^
        Write # instead

      haloy.toml:5:11  the config has a character that is not allowed
        4 | name = ***
        5 | ***
          | ^^^
        Remove it"
    `);
  });

  test("another format", async () => {
    expect(
      await said(`name: shop
env:
  - name: A
    value: hunter2
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 4 problems

      haloy.toml:1:5  the config has a colon where = is expected
        1 | name: ***
          |     ^
        Write key = value

      haloy.toml:2:4  the config has a colon where = is expected
        1 | name: ***
        2 | env:
          |    ^
        Write key = value

      haloy.toml:3:5  the config has no = after a key
        2 | env:
        3 |   *** name: ***
          |       ^
        Write key = value

      haloy.toml:4:10  the config has a colon where = is expected
        3 |   *** name: ***
        4 |     value: ***
          |          ^
        Write key = value"
    `);
    expect(await said(`{\n  "token": "hunter2"\n}\n`)).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 1 problem

      haloy.toml:1:1  the config has { where a key is expected
        1 | {
          | ^
        Is it JSON? Then call it haloy.json"
    `);
  });

  test("too deep, too long, and too much", async () => {
    const [open, close] = ["[".repeat(70), "]".repeat(70)];
    expect(await said(`name = "a"\nx = ${open}"hunter2"${close}\n`)).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 1 problem

      haloy.toml:2:69  the config is nested more than 64 deep
        1 | name = ***
        2 | …***]]]]]]]]]]]]]]]]]]]]]]]]]…
          |  ^^^"
    `);
    const path = Array.from({ length: 70 }, () => "a").join(".");
    expect(await said(`[${path}]\nvalue = "hunter2"\n`)).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      Cannot use haloy.toml: 1 problem

      haloy.toml:1:1  the config is nested more than 64 deep
        1 | [a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a…
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
    `);
    expect(await said(`${path} = "hunter2"\n`)).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      Cannot use haloy.toml: 1 problem

      haloy.toml:1:1  the config is nested more than 64 deep
        1 | ***…
          | ^^^"
    `);
    expect(await said(`name = "${"x".repeat(900_000)}"\n`)).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 1 problem

      haloy.toml:1:1  the config has a text that is too long
        1 | name = ***…
          | ^"
    `);
    expect(await said(`command = [${'"hunter2",'.repeat(50_001)}]\n`)).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 1 problem

      haloy.toml:1:1  the config has more than 50000 values
        1 | command = [***…
          | ^"
    `);
    const many = Array.from({ length: 50_001 }, (_, at) => `k${at} = 1\n`).join("");
    expect(await said(many)).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.toml: 1 problem

      haloy.toml:50001:1  the config has more than 50000 values
        50000 | ***
        50001 | ***
              | ^^^"
    `);
  });
});
