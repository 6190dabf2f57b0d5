/**
 * The published JSON Schema, by a validator that is not ours: it is valid itself, refuses nothing
 * that Haloy accepts, and most of what Haloy refuses.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonSchemaOf } from "../../client/json-schema.ts";
import { parseGlob } from "../../core/config/glob.ts";
import {
  GLOB,
  HOST_NAME,
  REFERENCE,
  SECRET_REFERENCE,
  VOLUME,
} from "../../core/config/json-schema/patterns.ts";
import type { JsonSchema } from "../../core/config/json-schema.ts";
import { checkConfig } from "../../core/config/load.ts";
import { hostName } from "../../core/config/names.ts";
import { parseSecretReference } from "../../core/config/secret-reference.ts";
import { isHaloyError } from "../../core/errors.ts";
import { parseReference } from "../../core/reference.ts";
import { parseVolume } from "../../core/volume.ts";
import { writeAs } from "../founding/config.ts";
import {
  foundingExamples,
  goodConfigs,
  type ReadMistake,
  readableMistakes,
  readYaml,
} from "./corpus.ts";
import { checkOf, validator } from "./editor.ts";
import { randomConfig } from "./random-config.ts";

describe.each(["snake", "camel"] as const)("in %s case", (spelling) => {
  test("is valid by the meta schema of its draft, and has no keyword that is not one", async () => {
    const schema = await jsonSchemaOf(null, spelling);
    expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
    const ajv = validator();
    expect([ajv.validateSchema(schema), ajv.errors]).toEqual([true, null]);
    expect(() => ajv.compile(schema)).not.toThrow();
  });

  test("describes every setting, and knows all keys of every map", async () => {
    const schema = await jsonSchemaOf(null, spelling);
    const missing: string[] = [];
    let settings = 0;
    const maps = { "": schema, ...(schema.definitions as Record<string, JsonSchema>) };
    for (const [name, map] of Object.entries(maps)) {
      if (map.properties === undefined) continue;
      if (name !== "history") expect([name, map.additionalProperties]).toEqual([name, false]);
      for (const [key, property] of Object.entries(map.properties)) {
        const { $ref, description } = property as JsonSchema;
        settings += 1;
        if ($ref === undefined && description === undefined) missing.push(`${name}.${key}`);
        expect(key).not.toMatch(spelling === "snake" ? /[A-Z]/ : /_/);
      }
    }
    expect(missing).toEqual([]);
    expect(settings).toBeGreaterThan(80);
  });
});

test("accepts every example of the founding document, in YAML, TOML and JSON", async () => {
  const examples = await foundingExamples();
  expect(examples.length).toBeGreaterThanOrEqual(26);
  const [snake, camel] = await Promise.all([checkOf("snake"), checkOf("camel")]);
  for (const { name, yaml } of examples) {
    expect([name, snake(readYaml(yaml))]).toEqual([name, []]);
    const json: unknown = JSON.parse(await readFile(await writeAs(yaml, "json"), "utf8"));
    expect([name, camel(json)]).toEqual([name, []]);
  }
});

test("accepts configs with every setting", async () => {
  const check = await checkOf("snake");
  const configs = await goodConfigs();
  expect(configs.length).toBeGreaterThan(0);
  for (const { name, yaml } of configs) expect([name, check(readYaml(yaml))]).toEqual([name, []]);
});

test("accepts whatever Haloy accepts", async () => {
  const check = await checkOf("camel");
  let accepted = 0;
  let refused = 0;
  let seen = 0;
  fc.assert(
    fc.property(randomConfig, (config) => {
      const told = check(config);
      if (accepts(config)) {
        accepted += 1;
        expect(told).toEqual([]);
      } else {
        refused += 1;
        if (told.length > 0) seen += 1;
      }
    }),
    { numRuns: 1500 },
  );
  expect(accepted).toBeGreaterThan(150);
  // Of these, almost all.
  expect(seen / refused).toBeGreaterThan(0.9);
});

test("refuses at least 90 % of the configs with a mistake, and none that has only warnings", async () => {
  const [snake, camel] = await Promise.all([checkOf("snake"), checkOf("camel")]);
  const mistakes = await readableMistakes();
  const named = ({ subject, title }: ReadMistake) => `${subject}: ${title}`;
  const passes = ({ format, value }: ReadMistake) =>
    (format === "json" ? camel : snake)(value).length === 0;
  const valid = mistakes.filter(({ valid }) => valid);
  expect(valid.filter((one) => !passes(one)).map(named)).toEqual([]);
  const wrong = mistakes.filter(({ valid }) => !valid);
  const accepted = wrong.filter(passes);
  const rate = 1 - accepted.length / wrong.length;
  const missed = accepted.map((one) => `\n  ${named(one)}`).join("");
  const message = `${(rate * 100).toFixed(1)} % of ${wrong.length} are refused, all but:${missed}`;
  console.log(message);
  expect(wrong.length, message).toBeGreaterThan(80);
  expect(rate, message).toBeGreaterThanOrEqual(0.9);
});

const grammars: [string, string, (text: string) => boolean, string[]][] = [
  [
    "image references",
    REFERENCE,
    (text) => !("problem" in parseReference(text)),
    [..."aZ0._-/:@[]"],
  ],
  [
    "host names",
    HOST_NAME,
    (text) => hostName.safeParse(text).success,
    [..."aZ0.-*ü。_:", "localhost"],
  ],
  ["volumes", VOLUME, (text) => !("problem" in parseVolume(text)), [..."aZ0._-/:\\ ,", "ro", "rw"]],
  ["globs of tags", GLOB, (text) => !("problem" in parseGlob(text)), [..."aZ0._-*?[]{},\\^!"]],
  ["secrets", SECRET_REFERENCE, (text) => parseSecretReference(text) !== null, [..."a: \n."]],
];

test.each(grammars)("accepts whatever Haloy accepts as %s", (_, pattern, accepts, letters) => {
  const regular = new RegExp(pattern, "u");
  const words = fc.array(fc.constantFrom(...letters), { maxLength: 12 }).map((all) => all.join(""));
  fc.assert(
    fc.property(words, (text) => {
      if (accepts(text)) expect(text).toMatch(regular);
    }),
    { numRuns: 5000 },
  );
});

function accepts(config: object): boolean {
  try {
    checkConfig(config as never);
    return true;
  } catch (error) {
    if (isHaloyError(error)) return false;
    throw error;
  }
}
