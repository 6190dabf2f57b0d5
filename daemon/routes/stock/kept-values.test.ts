import { expect, test } from "vitest";
import type { Release } from "../../../core/hooks.ts";
import { Secret } from "../../../core/secret.ts";
import { hideValues, KEPT, restoreValues } from "./kept-values.ts";

/** A release with this environment; the rest does not matter here. */
function release(env: Release["env"]): Release {
  return { deployment: "01abc", app: "web", env } as Release;
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
