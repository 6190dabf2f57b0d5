/**
 * JSON configs: what is read, where it stands, and exactly what is said about mistakes.
 *
 * @module
 */

import { describe, expect, test } from "vitest";
import { random } from "../../test/config/attempt.ts";
import { told } from "../../test/config/told.ts";
import { parseJson } from "./json.ts";
import type { Tree } from "./tree.ts";

/** A tree without its places. */
function plain(tree: Tree): unknown {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(plain);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]));
}

const said = (text: string) => told("haloy.json", text);

test("every kind of value is read", () => {
  const text = `{"a":[1,-2.5e3,true,false,null,"x\\n\\u00e9",{}],"":{"b":[]},"1":0}`;
  const { tree, findings } = parseJson(text);
  expect(findings).toEqual([]);
  expect(tree && plain(tree)).toEqual(JSON.parse(text));
});

test("every value and key has its place", () => {
  const text = `{\r\n  "name": "shop",\n  "env": [ {"value": "x"} ]\n}`;
  const { tree } = parseJson(text);
  const places: string[] = [];
  const visit = (one: Tree) => {
    places.push(text.slice(...one.range));
    if (one.kind === "list") one.items.forEach(visit);
    if (one.kind !== "map") return;
    for (const { keyRange, value } of one.entries) {
      places.push(text.slice(...keyRange));
      visit(value);
    }
  };
  if (tree) visit(tree);
  expect(places).toEqual([
    text,
    '"name"',
    '"shop"',
    '"env"',
    '[ {"value": "x"} ]',
    '{"value": "x"}',
    '"value"',
    '"x"',
  ]);
});

test("what is JSON and what it means is as JSON.parse says", () => {
  const next = random(1);
  const signs = '{ } [ ] , : "a" "b" 1 -2.5e1 01 .5 true null " \\ \' // x "\\x" \t \n'.split(" ");
  const whole = `{"a": {"b": [1, "x", {"c": null}], "d": true}, "e": "f"}`;
  let valid = 0;
  for (let round = 0; round < 2000; round++) {
    const at = next(whole.length);
    const sign = signs[next(signs.length)] ?? "";
    const text =
      round % 2 === 0
        ? whole.slice(0, at) + sign + whole.slice(at + next(2))
        : Array.from({ length: next(12) }, () => signs[next(signs.length)]).join("");
    let expected: unknown;
    try {
      expected = { value: JSON.parse(text) };
      valid++;
    } catch {}
    const { tree, findings } = parseJson(text);
    expect(tree === null ? undefined : { value: plain(tree) }, text).toEqual(expected);
    expect(findings.length > 0, text).toBe(tree === null);
  }
  expect(valid).toBeGreaterThan(50);
});

describe("a mistake in a JSON config is told:", () => {
  test("values of the wrong type, unknown keys, another format's spelling", async () => {
    expect(
      await said(`{
  "name": "shop",
  "health_check_path": "/up",
  "replicas": "2",
  "domians": [],
  "env": [{ "name": "A", "vlaue": "hunter2" }]
}`),
    ).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      Cannot use haloy.json: 4 problems

      haloy.json:3:3  health_check_path is not a known setting
        2 |   "name": "shop",
        3 |   "health_check_path": ***,
          |   ^^^^^^^^^^^^^^^^^^^
        Did you mean "healthCheckPath"?

      haloy.json:4:15  replicas must be a number, not a string
        3 |   "health_check_path": ***,
        4 |   "replicas": "2",
          |               ^^^
        Remove the quotes

      haloy.json:5:3  domians is not a known setting
        4 |   "replicas": "2",
        5 |   "domians": [],
          |   ^^^^^^^^^
        Did you mean "domains"?

      haloy.json:6:26  env[0].vlaue is not a known setting
        5 |   "domians": [],
        6 |   "env": [{ "name": "A", "vlaue": *** }]
          |                          ^^^^^^^
        Did you mean "value"?"
    `);
  });

  test("a key that is there twice", async () => {
    expect(
      await said(`{ "name": "shop",
  "env": [{ "name": "A", "value": "hunter2", "value": "hunter22" }],
  "__proto__": { "name": "hunter2" },
  "name": "store" }`),
    ).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      Cannot use haloy.json: 3 problems

      haloy.json:2:46  env[0].value is there twice
        1 | { "name": "shop",
        2 |   "env": [{ "name": "A", "value": ***, "value": *** }],
          |                                        ^^^^^^^
        haloy.json:2:35  env[0].value is the first one
        Keep one of the two

      haloy.json:3:3  __proto__ cannot be a key
        2 |   "env": [{ "name": "A", "value": ***, "value": *** }],
        3 |   "__proto__": ***,
          |   ^^^^^^^^^^^

      haloy.json:4:3  name is there twice
        3 |   "__proto__": ***,
        4 |   "name": *** }
          |   ^^^^^^
        haloy.json:1:11  name is the first one
        1 | { "name": "shop",
          |           ^^^^^^
        Keep one of the two"
    `);
  });

  test("no comma, and no value", async () => {
    expect(
      await said(`{
  "name": "shop"
  "port": 80,
  "replicas": ,
  "env": [{ "name": "A" "value": "hunter2" }]
}`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 3 problems

      haloy.json:3:3  the config has no comma before this
        2 |   "name": ***
        3 |   "port": ***,
          |   ^^^^^^

      haloy.json:4:15  the config has a key without a value
        3 |   "port": ***,
        4 |   "replicas": ,
          |               ^
        Write a value before this

      haloy.json:5:25  the config has no comma before this
        4 |   "replicas": ,
        5 |   "env": [{ "name": *** "value": *** }]
          |                         ^^^^^^^"
    `);
  });

  test("commas too many", async () => {
    expect(
      await said(`{
  "volumes": ["a:/b",],
  "command": ["x",, "y"],
  "name": "shop",
}`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 3 problems

      haloy.json:2:21  the config has a comma after the last item
        1 | {
        2 |   "volumes": [***,],
          |                  ^
        Remove it

      haloy.json:3:19  the config has a comma too many
        2 |   "volumes": [***,],
        3 |   "command": [***],
          |               ^^^
        Remove it

      haloy.json:4:17  the config has a comma after the last item
        3 |   "command": [***],
        4 |   "name": ***,
          |              ^
        Remove it"
    `);
  });

  test("other quotes, or none", async () => {
    expect(
      await said(`{
  'name': 'shop',
  port: 80,
  "server": haloy.example.com,
  "protected": True
}`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 4 problems

      haloy.json:2:3  the config has text in single quotes
        1 | {
        2 |   'name': ***,
          |   ^^^^^^
        Use double quotes

      haloy.json:3:3  the config has text that is not in double quotes
        2 |   'name': ***,
        3 |   port: ***,
          |   ^^^^
        Put it in double quotes

      haloy.json:4:13  the config has text that is not in double quotes
        3 |   port: ***,
        4 |   "server": ***,
          |             ^^^
        Put it in double quotes

      haloy.json:5:16  the config has true, false or null in capital letters
        4 |   "server": ***,
        5 |   "protected": ***
          |                ^^^
        Use lower case"
    `);
  });

  test("a text that does not end", async () => {
    expect(
      await said(`{
  "name": "shop,
  "env": [{ "name": "A", "value": "hunter2 }]
}`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 2 problems

      haloy.json:2:11  the config has no closing " for this text
        1 | {
        2 |   "name": ***,
          |           ^^^^

      haloy.json:3:35  the config has no closing " for this text
        2 |   "name": ***,
        3 |   "env": [{ "name": ***, "value": *** }]
          |                                   ^^^^^^"
    `);
  });

  test("a key without a colon, or with = for it", async () => {
    expect(
      await said(`{
  "name" "shop",
  "port" = 80
}`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 2 problems

      haloy.json:2:10  the config has a key without a colon
        1 | {
        2 |   "name" ***,
          |          ^^^
        Write "key": value

      haloy.json:3:10  the config has = between a key and its value
        2 |   "name" ***,
        3 |   "port" = ***
          |          ^
        Write "key": value"
    `);
  });

  test("numbers that JSON does not have", async () => {
    expect(
      await said(`{
  "port": 0080,
  "cpus": .5,
  "replicas": 2.,
  "minReadySeconds": +5
}`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 4 problems

      haloy.json:2:12  the config has something that is not a JSON number
        1 | {
        2 |   "port": ***,
          |           ^^^
        Write it like 5, 0.5 or -5, or put it in double quotes

      haloy.json:3:11  the config has something that is not a JSON number
        2 |   "port": ***,
        3 |   "cpus": ***,
          |           ^^^
        Write it like 5, 0.5 or -5, or put it in double quotes

      haloy.json:4:15  the config has something that is not a JSON number
        3 |   "cpus": ***,
        4 |   "replicas": ***,
          |               ^^^
        Write it like 5, 0.5 or -5, or put it in double quotes

      haloy.json:5:22  the config has something that is not a JSON number
        4 |   "replicas": ***,
        5 |   "minReadySeconds": ***
          |                      ^^^
        Write it like 5, 0.5 or -5, or put it in double quotes"
    `);
  });

  test("escapes and control characters", async () => {
    expect(
      await said(`{
  "context": "C:\\Users",
  "name": "\\u00",
  "tag": "a\tb"
}`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 3 problems

      haloy.json:2:14  the config has an unknown escape in a text
        1 | {
        2 |   "context": ***,
          |              ^^^
        Write \\\\ for one \\

      haloy.json:3:11  the config has an escape \\u without four digits
        2 |   "context": ***,
        3 |   "name": ***,
          |           ^^^
        Write \\\\ for one \\

      haloy.json:4:10  the config has a control character in a text
        3 |   "name": ***,
        4 |   "tag": ***
          |          ^^^
        Write \\n for a line break, \\t for a tab"
    `);
  });

  test("comments", async () => {
    expect(
      await said(`{
  // was: hunter2
  "name": "shop", /* hunter2 */
  # hunter2
  "port": 80
}`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 3 problems

      haloy.json:2:3  the config has a comment, and JSON has none
        1 | {
        2 |   ***
          |   ^^^
        Remove it, or write YAML or TOML

      haloy.json:3:19  the config has a comment, and JSON has none
        2 |   ***
        3 |   "name": ***
          |           ^^^
        Remove it, or write YAML or TOML

      haloy.json:4:3  the config has a comment, and JSON has none
        3 |   "name": ***
        4 |   ***
          |   ^^^
        Remove it, or write YAML or TOML"
    `);
  });

  test("brackets that do not fit", async () => {
    expect(
      await said(`{
  "env": [{ "name": "A", "value": "hunter2" },
  "image": { "tag": "v1" ]
`),
    ).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 1 problem

      haloy.json:3:10  the config has a key in a list
        2 |   "env": [{ "name": ***, "value": *** },
        3 |   "image": { "tag": *** ]
          |          ^
        Close the list with ] before it, or put it in { }"
    `);
    expect(await said(`{ "name": "shop", "image": {`)).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 1 problem

      haloy.json:1:28  the config has no closing }
        1 | { "name": ***, "image": {
          |                         ^"
    `);
    expect(await said(`{ "name": "shop" }}`)).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 1 problem

      haloy.json:1:19  the config has a closing bracket too many
        1 | { "name": *** }}
          |                ^
        Remove it"
    `);
    expect(await said(`{ "name": "shop" }\n{ "name": "hunter2" }`)).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 1 problem

      haloy.json:2:1  the config has something after its end
        1 | { "name": *** }
        2 | { "name": *** }
          | ^
        A JSON file is one { … }"
    `);
  });

  test("a file that is empty, or in another format", async () => {
    expect(await said("\n")).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 1 problem

      haloy.json:1:1  the config is empty
        Write at least { "name": "my-app" }"
    `);
    expect(await said("name: shop\ntoken: hunter2\n")).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 1 problem

      haloy.json:1:1  the config is not JSON: it does not begin with {
        1 | name: ***
          | ^"
    `);
    expect(await said(`"hunter2"`)).toContain("the config must be a map, not a string");
    expect(await said(`["hunter2", "hunter2"]`)).toContain("the config must be a map, not a list");
  });

  test("too deep, and too much", async () => {
    const nested = `{ "name": "shop", "plugins": [{ "use": "a", "with": ${"[".repeat(70)}"hunter2"${"]".repeat(70)} }] }`;
    expect(await said(nested)).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      Cannot use haloy.json: 1 problem

      haloy.json:1:115  plugins[0].with[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0] is nested more than 64 deep
        1 | …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[***]]]]]]]]]]]]]]]…
          |                                                              ^^^"
    `);
    expect(await said("[".repeat(100_000))).toMatchInlineSnapshot(`
      "CONFIG_UNREADABLE
      Cannot read haloy.json: 1 problem

      haloy.json:1:1  the config is nested more than 64 deep
        1 | [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…
          | ^"
    `);
    const much = `{ "name": "a", "plugins": [{ "use": "b", "with": [${"0,".repeat(50_000)}0] }] }`;
    expect(await said(much)).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      Cannot use haloy.json: 1 problem

      haloy.json:1:100039  the config has more than 50000 values
        1 | …***
          |  ^^^"
    `);
  });
});
