/**
 * Every kind of mistake in a YAML config, and exactly what its author is told.
 *
 * @module
 */

import { expect, test } from "vitest";
import { isHaloyError } from "../errors.ts";
import { loadConfig } from "./load.ts";

const cwd = new URL("../../test/fixtures/config/mistakes/", import.meta.url).pathname;

/** What is printed for a fixture: the code, then the message. */
async function told(name: string): Promise<string> {
  const error = await loadConfig(name, { cwd }).then(
    () => new Error("the config was accepted"),
    (thrown: unknown) => thrown,
  );
  if (!isHaloyError(error)) throw error;
  expect(JSON.stringify(error)).not.toContain("hunter2");
  return `${error.code}\n${error.message}`;
}

test("aliases that lead nowhere or into themselves are reported", async () => {
  expect(await told("alias.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use alias.yaml: 2 problems

    alias.yaml:3:17  image.build_config contains itself
      2 | image: &image
      3 |   build_config: *image
        |                 ^^^^^^

    alias.yaml:4:7  env[0] is an alias of an anchor that is not there
      3 |   build_config: *image
      4 | env: [*nowhere]
        |       ^^^^^^^^"
  `);
});

test("text that needs quotes is reported", async () => {
  expect(await told("at-sign.yaml")).toMatchInlineSnapshot(`
    "CONFIG_UNREADABLE
    Cannot read at-sign.yaml: 1 problem

    at-sign.yaml:1:7  the config has text that begins with @, \` or %
      1 | name: @shop
        |       ^
      Put it in quotes"
  `);
});

test("camelCase in YAML is refused with the spelling to use, and so are both together", async () => {
  expect(await told("camel-case.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use camel-case.yaml: 2 problems

    camel-case.yaml:2:1  healthCheckPath is spelt differently here
      1 | name: shop
      2 | healthCheckPath: /up
        | ^^^^^^^^^^^^^^^
      Write "health_check_path"

    camel-case.yaml:4:3  image.buildConfig is "build_config" in another spelling
      3 | image:
      4 |   buildConfig: ***
        |   ^^^^^^^^^^^
      Keep one of the two"
  `);
});

test("keys that are no plain text are refused", async () => {
  expect(await told("complex-key.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use complex-key.yaml: 2 problems

    complex-key.yaml:2:3  the config has a key that is not plain text
      1 | name: shop
      2 | ? ***
        |   ^^^

    complex-key.yaml:4:1  __proto__ cannot be a key
      3 | ***
      4 | __proto__: ***
        | ^^^^^^^^^"
  `);
});

test("control characters of a file do not reach the terminal", async () => {
  expect(await told("control-characters.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use control-characters.yaml: 1 problem

    control-characters.yaml:2:1  "·[31mred" is not a known setting
      1 | name: shop
      2 | "\\e[31mred": ***
        | ^^^^^^^^^^^
      Known here: name, server, api_token, image, port, domains, env, replicas, health_check_path, min_ready_seconds, deployment_strategy, plugins, secret_providers"
  `);
});

test("an image that is built has no digest before", async () => {
  expect(await told("digest-of-built.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use digest-of-built.yaml: 1 problem

    digest-of-built.yaml:3:15  image.repository has a digest, but the image is built here, so its digest is not known before
      2 | image:
      3 |   repository: shop@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      Remove the digest"
  `);
});

test("a key without a value is reported", async () => {
  expect(await told("empty-value.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use empty-value.yaml: 2 problems

    empty-value.yaml:2:1  domains must be a list, not empty
      1 | name: shop
      2 | domains:
        | ^^^^^^^
      Write a value, or remove the key

    empty-value.yaml:4:1  image must be a string or a map
      4 | image:
        | ^^^^^
      Write a value, or remove the key"
  `);
});

test("an empty file is refused", async () => {
  expect(await told("empty.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use empty.yaml: 1 problem

    empty.yaml:1:1  the config must be a map, not empty
      Write at least "name: my-app""
  `);
});

test("a history strategy that keeps nothing has no options", async () => {
  expect(await told("history-none.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use history-none.yaml: 1 problem

    history-none.yaml:3:30  image.history.count is not an option of "none"
      2 | image:
      3 |   history: { strategy: none, count: 3 }
        |                              ^^^^^
      Remove it"
  `);
});

test("options of the local history strategy are checked", async () => {
  expect(await told("history-option.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use history-option.yaml: 2 problems

    history-option.yaml:5:5  image.history.cuont is not an option of "local"
      4 |     strategy: local
      5 |     cuont: 2
        |     ^^^^^
      Did you mean "count"?

    history-option.yaml:6:12  image.history.count must be a whole number, at least 1
      5 |     cuont: 2
      6 |     count: 0
        |            ^"
  `);
});

test("indentation that does not fit is reported", async () => {
  expect(await told("indentation.yaml")).toMatchInlineSnapshot(`
    "CONFIG_UNREADABLE
    Cannot read indentation.yaml: 1 problem

    indentation.yaml:4:1  the config has an indentation that does not fit the lines above
      3 |   repository: nginx
      4 |  tag: alpine
        | ^
      Align it with them"
  `);
});

test("a file that is no map is refused", async () => {
  expect(await told("list.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use list.yaml: 1 problem

    list.yaml:1:1  the config must be a map, not a list
      1 | - name: shop
        | ^
      Write at least "name: my-app""
  `);
});

test("a long line is shown around the place only", async () => {
  expect(await told("long-line.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use long-line.yaml: 2 problems

    long-line.yaml:1:146  domains[4].domian is not a known setting
      1 | …omain: three.example.com }, { domain: four.example.com }, { domian: *** }, { domain: si…
        |                                                              ^^^^^^
      Did you mean "domain"?

    long-line.yaml:1:257  env[1].value must be a string, not a number
      1 | …om }], env: [{ name: A, value: *** }, { name: B, value: *** }] }
        |                                                          ^^^
      Put it in quotes"
  `);
});

test("a problem in merged keys is reported where they are written", async () => {
  expect(await told("merged.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use merged.yaml: 4 problems

    merged.yaml:3:20  env[1].name is "A" a second time
      2 | env:
      3 |   - &first { name: A, value: *** }
        |                    ^

    merged.yaml:5:5  env[1].nmae is not a known setting
      4 |   - <<: *first
      5 |     nmae: ***
        |     ^^^^
      Did you mean "name"?

    merged.yaml:6:5  env[2].name is missing
      5 |     nmae: ***
      6 |   - <<: ***
        |     ^

    merged.yaml:6:9  env[2]."<<" must be a map, or a list of maps
      5 |     nmae: ***
      6 |   - <<: ***
        |         ^^^"
  `);
});

test("a key in the wrong place is told its right place", async () => {
  expect(await told("misplaced-key.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use misplaced-key.yaml: 1 problem

    misplaced-key.yaml:2:1  build_config is not a known setting
      1 | name: shop
      2 | build_config:
        | ^^^^^^^^^^^^
      Did you mean "image.build_config"?"
  `);
});

test("a missing key is reported where its parent is", async () => {
  expect(await told("missing-key.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use missing-key.yaml: 4 problems

    missing-key.yaml:1:1  name is missing
      1 | port: 80
        | ^

    missing-key.yaml:3:5  domains[0].domain is missing
      2 | domains:
      3 |   - aliases: [www.shop.example.com]
        |     ^

    missing-key.yaml:5:5  env[0].name is missing
      4 | env:
      5 |   - value: ***
        |     ^

    missing-key.yaml:7:3  image.history.strategy is missing
      6 | image:
      7 |   history: { count: 3 }
        |   ^^^^^^^"
  `);
});

test("a key without a colon is reported", async () => {
  expect(await told("no-colon.yaml")).toMatchInlineSnapshot(`
    "CONFIG_UNREADABLE
    Cannot read no-colon.yaml: 1 problem

    no-colon.yaml:3:5  the config has a line that is no key: value
      2 | env:
      3 |   - ***
        |     ^^^
      Is a colon missing?"
  `);
});

test("a colon without a space is reported", async () => {
  expect(await told("no-space.yaml")).toMatchInlineSnapshot(`
    "CONFIG_UNREADABLE
    Cannot read no-space.yaml: 1 problem

    no-space.yaml:2:1  the config has a key without a colon
      1 | name: shop
      2 | ***
        | ^^^
      Write "key: value""
  `);
});

test("names that Docker or DNS would refuse are refused", async () => {
  expect(await told("not-a-name.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use not-a-name.yaml: 5 problems

    not-a-name.yaml:1:7  name must be lower case letters, digits, dashes and underscores
      1 | name: My Shop
        |       ^^^^^^^

    not-a-name.yaml:2:8  image "Nginx" is not a valid part of an image name: upper case is not allowed
      1 | name: My Shop
      2 | image: Nginx:1
        |        ^^^^^^^

    not-a-name.yaml:4:13  domains[0].domain must be a host name such as "app.example.com"
      3 | domains:
      4 |   - domain: shop_1.example.com
        |             ^^^^^^^^^^^^^^^^^^

    not-a-name.yaml:6:11  env[0].name must be letters, digits, underscores, dots and dashes, no digit first
      5 | env:
      6 |   - name: 1ST
        |           ^^^

    not-a-name.yaml:9:21  env[1].from.secret must look like "provider:source:key"
      8 |   - name: TOKEN
      9 |     from: { secret: *** }
        |                     ^^^"
  `);
});

test("a file that is not UTF-8 is refused", async () => {
  expect(await told("not-utf8.yaml")).toMatchInlineSnapshot(`
    "CONFIG_UNREADABLE
    Cannot read not-utf8.yaml: it is not UTF-8 text"
  `);
});

test("a value has exactly one origin", async () => {
  expect(await told("one-of-two.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use one-of-two.yaml: 3 problems

    one-of-two.yaml:2:1  api_token needs exactly one of "value" and "from"
      1 | name: shop
      2 | api_token:
        | ^^^^^^^^^

    one-of-two.yaml:6:5  env[0] needs exactly one of "value" and "from"
      5 | env:
      6 |   - name: A
        |     ^

    one-of-two.yaml:8:5  env[1].from needs exactly one of "env" and "secret"
      7 |   - name: B
      8 |     from: { env: ***, secret: *** }
        |     ^^^^"
  `);
});

test("a bracket that is never closed is reported", async () => {
  expect(await told("open-bracket.yaml")).toMatchInlineSnapshot(`
    "CONFIG_UNREADABLE
    Cannot read open-bracket.yaml: 1 problem

    open-bracket.yaml:3:1  the config has no closing ]
      2 | domains: ***
      3 | port: 80
        | ^"
  `);
});

test("a quote that is never closed is reported where it opens, without the text in it", async () => {
  expect(await told("open-quote.yaml")).toMatchInlineSnapshot(`
    "CONFIG_UNREADABLE
    Cannot read open-quote.yaml: 1 problem

    open-quote.yaml:4:12  the config has no closing " for this text
      3 |   - name: ***
      4 |     value: ***
        |            ^^^"
  `);
});

test("numbers out of range are told the range", async () => {
  expect(await told("out-of-range.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use out-of-range.yaml: 4 problems

    out-of-range.yaml:2:7  port must be at most 65535
      1 | name: shop
      2 | port: 70000
        |       ^^^^^

    out-of-range.yaml:3:11  replicas must be at least 1
      2 | port: 70000
      3 | replicas: 0
        |           ^

    out-of-range.yaml:4:20  min_ready_seconds must be a whole number, not a fraction
      3 | replicas: 0
      4 | min_ready_seconds: 1.5
        |                    ^^^

    out-of-range.yaml:5:20  health_check_path must start with a slash
      4 | min_ready_seconds: 1.5
      5 | health_check_path: up
        |                    ^^"
  `);
});

test("a tag is written in one place only", async () => {
  expect(await told("reference.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use reference.yaml: 1 problem

    reference.yaml:4:8  image.tag is written twice: "repository" already has a tag
      3 |   repository: registry.example.com/shop:v1
      4 |   tag: v2
        |        ^^
      Keep one of the two"
  `);
});

test("a tab as indentation is reported", async () => {
  expect(await told("tab.yaml")).toMatchInlineSnapshot(`
    "CONFIG_UNREADABLE
    Cannot read tab.yaml: 2 problems

    tab.yaml:3:1  the config has a tab as indentation
      2 | env:
      3 |  - name: ***
        | ^
      Use spaces

    tab.yaml:4:1  the config has a tab as indentation
      3 |  - name: ***
      4 |    value: ***
        | ^^^
      Use spaces"
  `);
});

test("YAML tags without a meaning are refused", async () => {
  expect(await told("tag.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use tag.yaml: 1 problem

    tag.yaml:1:7  the config has a YAML tag or directive that means nothing here
      1 | name: !shop shop
        |       ^^^^^
      Remove it"
  `);
});

test("what is written twice is reported at its second place", async () => {
  expect(await told("twice.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use twice.yaml: 3 problems

    twice.yaml:5:15  domains[0].aliases[0] is "shop.example.com" a second time
      4 |   - domain: shop.example.com
      5 |     aliases: [Shop.example.com]
        |               ^^^^^^^^^^^^^^^^

    twice.yaml:8:13  env[1].name is "A" a second time
      7 |   - { name: A, value: *** }
      8 |   - { name: A, value: *** }
        |             ^

    twice.yaml:9:1  port is there twice
      8 |   - { name: A, value: *** }
      9 | port: ***
        | ^^^^"
  `);
});

test("a second document is refused", async () => {
  expect(await told("two-documents.yaml")).toMatchInlineSnapshot(`
    "CONFIG_UNREADABLE
    Cannot read two-documents.yaml: 1 problem

    two-documents.yaml:2:1  the config has a second document
      1 | name: shop
      2 | ***
        | ^^^
      Remove what follows "---""
  `);
});

test("two keys in one line are reported", async () => {
  expect(await told("two-keys.yaml")).toMatchInlineSnapshot(`
    "CONFIG_UNREADABLE
    Cannot read two-keys.yaml: 1 problem

    two-keys.yaml:2:8  the config has two keys in one line
      1 | name: shop
      2 | image: repository: nginx
        |        ^
      Put text with ": " in it in quotes"
  `);
});

test("unknown keys are refused inside list items too, and no value is shown", async () => {
  expect(await told("unknown-key-in-list.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use unknown-key-in-list.yaml: 3 problems

    unknown-key-in-list.yaml:4:5  domains[0].alias is not a known setting
      3 |   - domain: shop.example.com
      4 |     alias: [***]
        |     ^^^^^
      Did you mean "aliases"?

    unknown-key-in-list.yaml:7:5  env[0].vlaue is not a known setting
      6 |   - name: DATABASE_URL
      7 |     vlaue: ***
        |     ^^^^^
      Did you mean "value"?

    unknown-key-in-list.yaml:11:28  image.build_config.args[0].form is not a known setting
      10 |     args:
      11 |       - { name: NPM_TOKEN, form: { env: *** } }
         |                            ^^^^
      Did you mean "from"?"
  `);
});

test("an unknown key is refused with the nearest known one", async () => {
  expect(await told("unknown-key.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use unknown-key.yaml: 2 problems

    unknown-key.yaml:2:1  helth_check_path is not a known setting
      1 | name: shop
      2 | helth_check_path: ***
        | ^^^^^^^^^^^^^^^^
      Did you mean "health_check_path"?

    unknown-key.yaml:5:3  image.tga is not a known setting
      4 |   repository: nginx
      5 |   tga: ***
        |   ^^^
      Did you mean "tag"?"
  `);
});

test("a value of the wrong type is told what is expected and what is there", async () => {
  expect(await told("wrong-type.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use wrong-type.yaml: 8 problems

    wrong-type.yaml:1:7  name must be a string, not a number
      1 | name: 5
        |       ^
      Put it in quotes

    wrong-type.yaml:2:1  image must be a string or a map
      1 | name: 5
      2 | image: [nginx]
        | ^^^^^

    wrong-type.yaml:3:7  port must be a number, not a string
      2 | image: [nginx]
      3 | port: eighty
        |       ^^^^^^

    wrong-type.yaml:4:11  replicas must be a number, not a string
      3 | port: eighty
      4 | replicas: "3"
        |           ^^^
      Remove the quotes

    wrong-type.yaml:5:10  domains must be a list, not a string
      4 | replicas: "3"
      5 | domains: shop.example.com
        |          ^^^^^^^^^^^^^^^^

    wrong-type.yaml:7:5  env[0] must be a map, not a string
      6 | env:
      7 |   - ***
        |     ^^^

    wrong-type.yaml:9:12  env[1].value must be a string, not a number
      8 |   - name: ANSWER
      9 |     value: ***
        |            ^^^
      Put it in quotes

    wrong-type.yaml:11:5  plugins[0] must be a name, or a map with "use" and "with"
      10 | plugins:
      11 |   - 7
         |     ^"
  `);
});

test("a word that is not among the allowed ones is told which are", async () => {
  expect(await told("wrong-word.yaml")).toMatchInlineSnapshot(`
    "CONFIG_INVALID
    Cannot use wrong-word.yaml: 2 problems

    wrong-word.yaml:2:22  deployment_strategy must be "rolling" or "replace"
      1 | name: shop
      2 | deployment_strategy: rollling
        |                      ^^^^^^^^
      Did you mean "rolling"?

    wrong-word.yaml:5:16  image.pull_policy must be "always", "if_missing" or "never"
      4 |   repository: nginx
      5 |   pull_policy: sometimes
        |                ^^^^^^^^^"
  `);
});
