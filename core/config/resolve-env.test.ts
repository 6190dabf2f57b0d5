/**
 * Where the values of variables, build arguments and tokens come from.
 *
 * @module
 */

import { expect, test } from "vitest";
import { fail, isHaloyError } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { EnvEntry } from "../target.ts";
import { type ResolveOptions, resolveValues, type SourceRequest } from "./resolve-env.ts";
import { parseSecretReference } from "./secret-reference.ts";

const options = (more: Partial<ResolveOptions> = {}): ResolveOptions => ({
  env: {},
  directory: "/srv/shop",
  secretProviders: {},
  ask: async (provider, { source }) => {
    throw fail("SECRET_NOT_FOUND", { message: `Cannot read ${provider}:${source}` });
  },
  locate: (index) => ({ file: "/srv/shop/haloy.yaml", line: 10 + index, column: 5 }),
  ...more,
});

const shown = (values: readonly { name: string; value: string | Secret }[]) =>
  values.map(({ name, value }) =>
    typeof value === "string" ? [name, value] : [name, "secret", value.reveal()],
  );

async function failure(entries: readonly EnvEntry[], more: Partial<ResolveOptions> = {}) {
  try {
    await resolveValues(entries, options(more));
  } catch (error) {
    if (isHaloyError(error)) return error;
    throw error;
  }
  return expect.unreachable();
}

test("values keep their order, and all but written ones are secrets", async () => {
  const env = { TOKEN: "t0ken", EMPTY: "" };
  const ask = async () => ({ "db:url": new Secret("postgres://") });
  const values = await resolveValues(
    [
      { name: "A", value: "a" },
      { name: "B", from: { env: "TOKEN" } },
      { name: "C", from: { secret: "vault:prod:db:url" } },
      { name: "D", value: "" },
      { name: "E", from: { env: "EMPTY" } },
    ],
    options({ env, ask }),
  );
  expect(shown(values)).toEqual([
    ["A", "a"],
    ["B", "secret", "t0ken"],
    ["C", "secret", "postgres://"],
    ["D", ""],
    ["E", "secret", ""],
  ]);
});

test("every source is asked once for all of its keys, and all sources at the same time", async () => {
  const asked: [string, SourceRequest][] = [];
  let open = 0;
  let most = 0;
  const ask: ResolveOptions["ask"] = async (provider, request) => {
    asked.push([provider, request]);
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 5));
    open--;
    return Object.fromEntries(request.keys.map((key) => [key, new Secret(`${provider} ${key}`)]));
  };
  const secretProviders = { vault: { prod: { address: "https://vault" }, toString: {} } };
  const values = await resolveValues(
    [
      { name: "A", from: { secret: "vault:prod:a" } },
      { name: "B", from: { secret: "sops:file:b" } },
      { name: "C", from: { secret: "vault:prod:c" } },
      { name: "D", from: { secret: "vault:prod:a" } },
      { name: "E", from: { secret: "vault:hasOwnProperty:e" } },
    ],
    options({ ask, secretProviders }),
  );
  const directory = "/srv/shop";
  expect(asked).toEqual([
    [
      "vault",
      { source: "prod", keys: ["a", "c"], options: { address: "https://vault" }, directory },
    ],
    ["sops", { source: "file", keys: ["b"], options: undefined, directory }],
    ["vault", { source: "hasOwnProperty", keys: ["e"], options: undefined, directory }],
  ]);
  expect(most).toBe(3);
  expect(shown(values).map(([, , value]) => value)).toEqual([
    "vault a",
    "sops b",
    "vault c",
    "vault a",
    "vault e",
  ]);
});

test("all missing variables are named, with where they are used, before any source is asked", async () => {
  let asked = 0;
  const ask = async () => {
    asked++;
    return {};
  };
  const error = await failure(
    [
      { name: "DATABASE_URL", from: { env: "DB_URL" } },
      { name: "A", value: "a" },
      { name: "B", from: { secret: "vault:prod:b" } },
      { name: "TOKEN", from: { env: "API_TOKEN" } },
      { name: "OTHER", from: { env: "DB_URL" } },
    ],
    { ask },
  );
  expect(asked).toBe(0);
  expect(error.code).toBe("ENV_MISSING");
  expect(error.at?.line).toBe(10);
  expect(`${error.message}\n${error.hint}`).toMatchInlineSnapshot(`
    "Cannot read environment variables: not set
      DB_URL, for DATABASE_URL (line 10)
      API_TOKEN, for TOKEN (line 13)
      DB_URL, for OTHER (line 14)
    Set DB_URL, API_TOKEN and run the command again"
  `);
});

test("a source that lacks a key, or answers an error, fails with its name", async () => {
  const lacking = await failure([{ name: "A", from: { secret: "vault:prod:a" } }], {
    ask: async () => ({}),
  });
  expect({ code: lacking.code, message: lacking.message, line: lacking.at?.line }).toEqual({
    code: "SECRET_NOT_FOUND",
    message: `Cannot read secrets from "vault:prod": there is no "a"`,
    line: 10,
  });
  const several = await failure([
    { name: "A", from: { secret: "vault:prod:a" } },
    { name: "B", from: { secret: "sops:file:b" } },
  ]);
  expect(several.message).toBe(
    "Cannot read secrets from 2 sources:\n  Cannot read vault:prod\n  Cannot read sops:file",
  );
});

test.each([
  ["vault:prod:key", { provider: "vault", source: "prod", key: "key" }],
  ["vault:prod:a:b:c", { provider: "vault", source: "prod", key: "a:b:c" }],
  ["op:db-Prod:user name", { provider: "op", source: "db-Prod", key: "user name" }],
  ["vault:prod", null],
  ["vault:prod:", null],
  ["vault::key", null],
  [":prod:key", null],
  ["va ult:prod:key", null],
  ["", null],
])("the secret reference %j is read as provider, source and key", (text, expected) => {
  expect(parseSecretReference(text)).toEqual(expected);
});
