/**
 * Where the values of variables, build arguments, logins and tokens come from.
 *
 * @module
 */

import { expect, test } from "vitest";
import { errorJson, fail } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { EnvEntry } from "../target.ts";
import { type Need, type ResolveOptions, resolveNeeds } from "./resolve-env.ts";
import { parseSecretReference } from "./secret-reference.ts";
import type { SourceRequest } from "./secret-sources.ts";

const options = (more: Partial<ResolveOptions> = {}): ResolveOptions => ({
  directory: "/srv/shop",
  secretProviders: {},
  ask: async (provider, { source }) => {
    throw fail("SECRET_NOT_FOUND", { message: `Cannot read ${provider}:${source}` });
  },
  ...more,
});

/** What one target wants. */
const of = (owner: string, entries: readonly EnvEntry[], env: Need["env"] = {}): Need[] =>
  entries.map((entry, index) => ({
    entry,
    owner,
    env,
    at: { file: "/srv/shop/haloy.yaml", line: 10 + index, column: 5 },
  }));

/** Values of the needs in their order: a secret as `secret …`, one without as null. */
async function resolved(needs: readonly Need[], more: Partial<ResolveOptions> = {}) {
  const { values, problems } = await resolveNeeds(needs, options(more));
  return {
    values: needs.map((need) => {
      const value = values.get(need);
      return value instanceof Secret ? `secret ${value.reveal()}` : (value ?? null);
    }),
    problems: problems.map(({ owners, error }) => {
      const { code, message, hint, at } = errorJson(error);
      return { owners, code, message, hint, line: at?.line };
    }),
  };
}

const secret = (name: string, reference: string) => ({ name, from: { secret: reference } });
const variable = (name: string, env: string) => ({ name, from: { env } });

test("all but written values are secrets, and an empty value is a value", async () => {
  const entries = [
    { name: "A", value: "a" },
    variable("B", "TOKEN"),
    secret("C", "vault:prod:db:url"),
    { name: "D", value: "" },
    variable("E", "EMPTY"),
  ];
  const ask = async () => ({ "db:url": new Secret("postgres://") });
  const found = await resolved(of("shop", entries, { TOKEN: "t0ken", EMPTY: "" }), { ask });
  expect(found).toEqual({
    values: ["a", "secret t0ken", "secret postgres://", "", "secret "],
    problems: [],
  });
});

test("every source is asked once for all targets, and all sources at the same time", async () => {
  const asked: [string, SourceRequest, string[]][] = [];
  let open = 0;
  let most = 0;
  const ask: ResolveOptions["ask"] = async (provider, request, needs) => {
    asked.push([provider, request, needs.map(({ owner }) => owner)]);
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 5));
    open--;
    return Object.fromEntries(request.keys.map((key) => [key, new Secret(`${provider} ${key}`)]));
  };
  const secretProviders = { vault: { prod: { address: "https://vault" }, toString: {} } };
  const needs = [
    ...of("production", [
      secret("A", "vault:prod:a"),
      secret("B", "sops:file:b"),
      secret("C", "vault:prod:c"),
    ]),
    ...of("staging", [secret("A", "vault:prod:a"), secret("E", "vault:hasOwnProperty:e")]),
  ];
  const { values } = await resolved(needs, { ask, secretProviders });
  const directory = "/srv/shop";
  const address = { address: "https://vault" };
  expect(asked).toEqual([
    [
      "vault",
      { source: "prod", keys: ["a", "c"], options: address, directory },
      ["production", "production", "staging"],
    ],
    ["sops", { source: "file", keys: ["b"], options: undefined, directory }, ["production"]],
    [
      "vault",
      { source: "hasOwnProperty", keys: ["e"], options: undefined, directory },
      ["staging"],
    ],
  ]);
  expect(most).toBe(3);
  expect(values).toEqual([
    "secret vault a",
    "secret sops b",
    "secret vault c",
    "secret vault a",
    "secret vault e",
  ]);
});

test("all missing variables are named, target by target, with where they are used; the rest has its values", async () => {
  const needs = [
    ...of("production", [
      variable("DATABASE_URL", "DB_URL"),
      { name: "A", value: "a" },
      variable("TOKEN", "API_TOKEN"),
      variable("OTHER", "DB_URL"),
    ]),
    ...of("staging", [variable("TOKEN", "API_TOKEN")], { DB_URL: "x" }),
    ...of("local", [variable("TOKEN", "API_TOKEN")], { API_TOKEN: "here" }),
  ];
  const { values, problems } = await resolved(needs);
  expect(values).toEqual([null, "a", null, null, null, "secret here"]);
  const hint = "in the shell or in a .env file, and run the command again";
  expect(problems).toEqual([
    {
      owners: ["production"],
      code: "ENV_MISSING",
      message:
        "Cannot read environment variables: not set\n  DB_URL, for DATABASE_URL (line 10)\n  API_TOKEN, for TOKEN (line 12)\n  DB_URL, for OTHER (line 13)",
      hint: `Set DB_URL, API_TOKEN, ${hint}`,
      line: 10,
    },
    {
      owners: ["staging"],
      code: "ENV_MISSING",
      message: "Cannot read an environment variable: not set\n  API_TOKEN, for TOKEN (line 10)",
      hint: `Set API_TOKEN, ${hint}`,
      line: 10,
    },
  ]);
});

test("a source that lacks a key fails those who want it, a source that fails everybody who asks it", async () => {
  const ask: ResolveOptions["ask"] = async (provider, { source }) => {
    if (provider === "vault") return { a: new Secret("1") };
    throw fail("SECRET_NOT_FOUND", { message: `Cannot read ${provider}:${source}` });
  };
  const needs = [
    ...of("production", [secret("A", "vault:prod:a"), secret("B", "sops:file:b")]),
    ...of("staging", [secret("A", "vault:prod:toString"), secret("B", "sops:file:b")]),
  ];
  const { values, problems } = await resolved(needs, { ask });
  expect(values).toEqual(["secret 1", null, null, null]);
  expect(problems).toEqual(
    expect.arrayContaining([
      {
        owners: ["staging"],
        code: "SECRET_NOT_FOUND",
        message: `Cannot read secrets from "vault:prod": there is no "toString"`,
        hint: "Correct the key, or add it to the source",
        line: 10,
      },
      {
        owners: ["production", "staging"],
        code: "SECRET_NOT_FOUND",
        message: "Cannot read sops:file",
        hint: undefined,
        line: 11,
      },
    ]),
  );
  expect(problems).toHaveLength(2);
});

test("a key alone means the only source", async () => {
  const asked: string[] = [];
  const ask: ResolveOptions["ask"] = async (provider, { source, options }) => {
    asked.push(`${provider}:${source} ${JSON.stringify(options)}`);
    return { "registry-pass": new Secret("p") };
  };
  const needs = of("shop", [secret("A", "registry-pass"), secret("B", "op:infra:registry-pass")]);
  const secretProviders = { op: { infra: { vault: "v" } } };
  const { values } = await resolved(needs, { ask, secretProviders });
  expect(values).toEqual(["secret p", "secret p"]);
  expect(asked).toEqual(['op:infra {"vault":"v"}']);
});

test.each([
  [{}, "Cannot find the secret", '"provider:source:registry-pass"'],
  [{ op: {} }, "Cannot find the secret", '"provider:source:registry-pass"'],
  [
    { op: { a: {} }, sops: { b: {} } },
    "Cannot tell which secret",
    '"op:a:registry-pass" or "sops:b:registry-pass"',
  ],
])(
  "a key alone with the sources %j is an error that says how to write it",
  async (secretProviders, message, hint) => {
    const needs = of("shop", [secret("PASSWORD", "registry-pass")]);
    const { problems } = await resolved(needs, { secretProviders });
    expect(problems).toMatchObject([{ owners: ["shop"], code: "SECRET_NOT_FOUND", line: 10 }]);
    expect(problems[0]?.message).toContain(`${message} "registry-pass"`);
    expect(problems[0]?.hint).toContain(hint);
  },
);

test.each([
  ["vault:prod:key", { provider: "vault", source: "prod", key: "key" }],
  ["vault:prod:a:b:c", { provider: "vault", source: "prod", key: "a:b:c" }],
  ["op:db-Prod:user name", { provider: "op", source: "db-Prod", key: "user name" }],
  ["registry-pass", { provider: null, source: null, key: "registry-pass" }],
  ["vault:prod", null],
  ["vault:prod:", null],
  ["vault::key", null],
  [":prod:key", null],
  ["va ult:prod:key", null],
  ["", null],
])("the secret reference %j is read as provider, source and key", (text, expected) => {
  expect(parseSecretReference(text)).toEqual(expected);
});
