import { expect, test } from "vitest";
import type { Release } from "../../../core/hooks.ts";
import { Secret } from "../../../core/secret.ts";
import { KEPT } from "../../../wire/kept.ts";
import { hideValues, restoreValues } from "./kept-values.ts";

/** A release with this environment; the rest does not matter here. */
function release(env: Release["env"], login: Release["login"] = null): Release {
  return { deployment: "01abc", app: "web", env, login } as Release;
}

const kept = release([
  { name: "TOKEN", value: new Secret("topsecret") },
  { name: "MODE", value: "fast" },
]);

test("secrets and build arguments are handed out as marks, references and plain values as they are", () => {
  const config = {
    name: "web",
    image: {
      repository: "web",
      buildConfig: { context: ".", args: [{ name: "NPM", value: "hidden" }, { name: "PASS" }] },
    },
    env: [
      { name: "TOKEN", value: "topsecret" },
      { name: "MODE", value: "fast" },
      { name: "LATER", from: { env: "LATER" } },
    ],
  };
  expect(hideValues(config, kept)).toEqual({
    name: "web",
    image: {
      repository: "web",
      buildConfig: { context: ".", args: [{ name: "NPM", value: KEPT }, { name: "PASS" }] },
    },
    env: [
      { name: "TOKEN", value: KEPT },
      { name: "MODE", value: "fast" },
      { name: "LATER", from: { env: "LATER" } },
    ],
  });
});

test("variables that were sent as they are written are handed out so, for every rollback to resolve", () => {
  const reference = `\${TOKEN}@host`;
  const env = [
    { name: "URL", value: reference },
    { name: "TOKEN", from: { env: "TOKEN" } },
  ];
  const image = { registry: { username: { value: "u" }, password: { value: "hidden" } } };
  const resolved = release([
    { name: "URL", value: new Secret("topsecret@host") },
    { name: "TOKEN", value: new Secret("topsecret") },
  ]);
  expect(hideValues({ name: "web", unresolved: true, env, image }, resolved)).toEqual({
    name: "web",
    env,
    image: { registry: { username: { value: KEPT }, password: { value: KEPT } } },
  });
});

test("a config without environment or image, or none at all, is no problem", () => {
  expect(hideValues({ name: "web", image: null, env: null }, kept)).toEqual({
    name: "web",
    image: null,
    env: null,
  });
  expect(hideValues(null, null)).toBe(null);
});

test("a mark that comes back is exchanged for the value it stands for, and for no other name's", () => {
  const sent = release([
    { name: "TOKEN", value: new Secret(KEPT) },
    { name: "MODE", value: "slow" },
    { name: "OTHER", value: KEPT },
  ]);
  const { env } = restoreValues(sent, kept);
  expect(env[0]?.value).toBe(kept.env[0]?.value);
  expect(env.slice(1)).toEqual([
    { name: "MODE", value: "slow" },
    { name: "OTHER", value: KEPT },
  ]);
  expect(restoreValues(sent, null).env).toEqual(sent.env);
});

test("a login is handed out as marks, where its parts come from as it is", () => {
  const registry = {
    server: "ghcr.io",
    username: { value: "me" },
    password: { value: "topsecret" },
  };
  const from = { username: { from: { env: "USER" } }, password: { from: { secret: "a:b:c" } } };

  expect(hideValues({ image: { repository: "web", registry } }, null)).toEqual({
    image: {
      repository: "web",
      registry: { server: "ghcr.io", username: { value: KEPT }, password: { value: KEPT } },
    },
  });
  expect(hideValues({ image: { registry: from } }, null)).toEqual({ image: { registry: from } });
});

test("the marks of a login are exchanged for the same registry only", () => {
  const login = (registry: string, username: string, password: string) => ({
    registry,
    username,
    password: new Secret(password),
  });
  const source = release([], login("ghcr.io", "me", "topsecret"));
  const restored = (sent: Release["login"]) => restoreValues(release([], sent), source).login;

  const back = restored(login("ghcr.io", KEPT, KEPT));
  expect([back?.username, back?.password.reveal()]).toEqual(["me", "topsecret"]);
  expect(restored(login("ghcr.io", "you", "new"))?.password.reveal()).toBe("new");
  expect(restored(login("evil.example.com", KEPT, KEPT))?.password.reveal()).toBe(KEPT);
  expect(restored(null)).toBeNull();
});
