/**
 * Values of any type at any place of a config, 10,000 times: accepted or refused with a diagnostic,
 * within a second each. And names that are properties of every object are names like others.
 *
 * @module
 */

import { describe, expect, test } from "vitest";
import { attempt, random } from "../../test/config/attempt.ts";
import { asToml, confused, NAMES, PLAIN, STRANGE } from "../../test/config/confuse.ts";
import { isHaloyError } from "../errors.ts";
import { checkConfig } from "./load.ts";
import type { ConfigInput } from "./types.ts";

/** Check a value. Gives back whether it is valid; throws what is no diagnostic, and when it took long. */
function check(config: unknown): boolean {
  const began = process.cpuUsage();
  try {
    checkConfig(config as ConfigInput);
    return true;
  } catch (error) {
    if (!isHaloyError(error)) throw error;
    JSON.stringify(error);
    return false;
  } finally {
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1000).toBeLessThan(1000);
  }
}

const TIMEOUT = 60_000;

test("4,000 values of a module", { timeout: TIMEOUT }, () => {
  const next = random(4);
  const answers = Array.from({ length: 4000 }, () => check(confused(next, [...PLAIN, ...STRANGE])));
  // Some are harmless, most are not.
  expect(answers).toContain(true);
  expect(answers.filter((valid) => !valid).length).toBeGreaterThan(2000);
});

test.each<readonly [file: string, write: (config: unknown) => string]>([
  ["haloy.json", (config) => JSON.stringify(config) ?? ""],
  // JSON is YAML, with keys in the other spelling.
  ["haloy.yaml", (config) => inSnakeCase(JSON.stringify(config) ?? "")],
  ["haloy.toml", (config) => inSnakeCase(asToml(config))],
])("2,000 files named %s", { timeout: TIMEOUT }, async (file, write) => {
  const next = random(5);
  const answers: boolean[] = [];
  for (let round = 0; round < 2000; round++) {
    answers.push((await attempt(file, write(confused(next, PLAIN)))) === null);
  }
  expect(answers).toContain(true);
  expect(answers.filter((valid) => !valid).length).toBeGreaterThan(1000);
});

function inSnakeCase(text: string): string {
  return text.replace(/"([a-z]+[A-Z]\w*)"(?=\s*[:=])/g, (_, key: string) =>
    JSON.stringify(key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
  );
}

test("every strange value alone, as each setting, in a list and in a map", () => {
  const fields: readonly (keyof ConfigInput)[] = [
    ...(["name", "preset", "image", "imageKey", "server", "apiToken", "port", "domains"] as const),
    ...(["env", "replicas", "healthCheckPath", "minReadySeconds", "deploymentStrategy"] as const),
    ...(["namingStrategy", "protected", "volumes", "network", "preDeploy", "postDeploy"] as const),
    ...(["cpus", "memory", "command", "log", "labels", "targets", "images", "plugins"] as const),
    ...(["secretProviders", "globalPreDeploy", "globalPostDeploy"] as const),
  ];
  const map: Record<string, unknown> = { name: "a" };
  const list: unknown[] = ["a"];
  map.self = map;
  list.push(list);
  for (const value of [...PLAIN, ...STRANGE, map, list, new Array(2)]) {
    check(value);
    for (const field of fields) {
      for (const inner of [value, [value], { a: value }, [{ name: value, domain: value, value }]]) {
        check({ name: "a", [field]: inner });
      }
    }
  }
});

const many = (times: number, line: (at: number) => string) =>
  Array.from({ length: times }, (_, at) => line(at)).join("\n");
/** `${A}`: another variable. */
const variable = (name: string) => `"$\{${name}}"`;

test.each<readonly [title: string, text: string]>([
  [
    "image keys and images that do not fit",
    `images:\n${many(3000, (at) => `  image-${at}: nginx:1`)}
targets:\n${many(3000, (at) => `  t${at}: { image_key: imago-${at} }`)}`,
  ],
  [
    "secrets of sources that are not there",
    `name: a\nsecret_providers:\n  op:\n${many(3000, (at) => `    source-${at}: {}`)}
env:\n${many(3000, (at) => `  - { name: A${at}, from: { secret: "op:sorce-${at}:x" } }`)}`,
  ],
  [
    "one domain in many targets",
    `targets:\n${many(3000, (at) => `  t${at}: { domains: [{ domain: a.example.com }] }`)}`,
  ],
  [
    "a circle of variables",
    `name: a\nenv:\n${many(5000, (at) => `  - { name: A${at}, value: ${variable(`A${(at + 1) % 5000}`)} }`)}`,
  ],
  ["a variable many times", `name: a\nenv:\n${many(5000, () => "  - { name: A, value: b }")}`],
  [
    "variables that many targets inherit",
    `env:\n${many(4000, (at) => `  - { name: A${at}, value: ${variable("B")} }`)}
targets:\n${many(4000, (at) => `  t${at}: { env: [{ name: B, value: c }] }`)}`,
  ],
  ["targets without end", `targets:\n${many(40_000, (at) => `  t${at}:`)}`],
  [
    "unknown keys everywhere",
    `targets:\n${many(5000, (at) => `  t${at}: { helth_chek_path: /, serverr: a }`)}`,
  ],
  ["labels that are not free", `name: a\nlabels:\n${many(9000, (at) => `  dev.haloy.l${at}: 5`)}`],
])("%s are refused in time", async (_title, text) => {
  expect(await attempt("haloy.yaml", text)).not.toBeNull();
});

test("1,000 targets that inherit 100 variables are not too many", async () => {
  const text = `env:\n${many(100, (at) => `  - { name: A${at}, value: b }`)}
targets:\n${many(1000, (at) => `  t${at}: { env: [{ name: B, value: c }] }`)}`;
  expect(await attempt("haloy.yaml", text)).toBeNull();
});

describe("names that are properties of every object are names like others:", () => {
  test("of targets and images", () => {
    const { config } = checkConfig({
      images: { constructor: "nginx:1", prototype: "busybox:1" },
      targets: {
        constructor: { imageKey: "constructor", port: 81 },
        prototype: { imageKey: "prototype" },
        toString: { name: "to-string" },
      },
    });
    expect(Object.keys(config.targets)).toEqual(["constructor", "prototype", "toString"]);
    const { constructor: first, prototype } = config.targets;
    expect(first).toMatchObject({
      name: "constructor",
      port: 81,
      image: { repository: "nginx:1" },
    });
    expect(prototype).toMatchObject({ port: 8080, image: { repository: "busybox:1" } });
  });

  test("of an image that is not there", () => {
    for (const imageKey of NAMES) {
      expect(check({ name: "a", imageKey, images: { web: "nginx" } })).toBe(false);
    }
  });

  test("of variables, labels, log options and sources of secrets", () => {
    const reference = "$" + "{__proto__}";
    const { config } = checkConfig({
      env: [
        { name: "__proto__", value: "1" },
        { name: "constructor", value: reference },
      ],
      labels: { constructor: "a", toString: "b" },
      log: { driver: "json-file", options: { valueOf: "c" } },
      secretProviders: { constructor: { toString: { file: "x" } } },
      targets: { a: { env: [{ name: "__proto__", value: "2" }] }, b: {} },
    });
    const { a, b } = config.targets;
    expect(a?.env.map((one) => ("value" in one ? one.value : ""))).toEqual(["2", reference]);
    expect(b?.env[0]).toEqual({ name: "__proto__", value: "1" });
    expect(b?.labels).toEqual({ constructor: "a", toString: "b" });
    expect(Object.keys(b?.log?.options ?? {})).toEqual(["valueOf"]);
    expect(Object.keys(config.secretProviders)).toEqual(["constructor"]);
  });

  test("only __proto__ as a key is refused, and changes nothing", () => {
    const polluting = JSON.parse(
      `{"name":"a","labels":{"__proto__":{"polluted":"yes"}},"__proto__":{"port":81}}`,
    );
    check(polluting);
    check(JSON.parse(`{"targets":{"__proto__":{"port":81}}}`));
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});
