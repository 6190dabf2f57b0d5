import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Masker, Secret } from "./secret.ts";

const value = "pässword/with+odd=signs";

test("a secret shows itself nowhere", () => {
  const secret = new Secret(value);
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ nested: [secret] }, { showHidden: true, depth: 9 }),
    new Error(`failed with ${secret}`).message,
    Object.values(secret).join(),
  ];
  for (const text of shown) expect(text).not.toContain("word");
  expect(secret.reveal()).toBe(value);
});

test.each([
  ["as it is", value],
  ["URL encoded", encodeURIComponent(value)],
  ["in JSON", JSON.stringify({ value })],
  ["in base64", Buffer.from(value).toString("base64")],
  ["in base64 for URLs", Buffer.from(value).toString("base64url")],
  ["in base64 with more behind it", Buffer.from(`${value}:more`).toString("base64")],
])("the masker hides a secret %s", (_name, text) => {
  const masker = new Masker();
  masker.add(new Secret(value));
  const masked = masker.mask(`before ${text} after`);
  expect(masked).toContain("***");
  expect(masked).not.toContain(text);
  expect(masked).toMatch(/^before .* after$/);
});

test("the masker goes through plain data and leaves short values alone", () => {
  const masker = new Masker();
  masker.add(new Secret("hunter22"));
  masker.add(new Secret("on"));
  expect(masker.maskData({ a: ["x hunter22 y", { b: "on and on" }], n: 1, no: null })).toEqual({
    a: ["x *** y", { b: "on and on" }],
    n: 1,
    no: null,
  });
});
