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

test("a value that is an ordinary word leaves names, IDs and words of the protocol as they are", () => {
  const masker = new Masker();
  for (const word of ["production", "info", "deploy", "failed", "CONTAINER_EXITED", "shop"]) {
    masker.add(new Secret(word));
  }
  const names = [
    { type: "run:start", operation: "deploy", app: "shop", targets: ["production", "b"] },
    { type: "stage:end", stage: "deploy", elapsedMs: 1, target: "production" },
    { type: "deployment:state", deployment: "01shop", state: "failed" },
    { code: "CONTAINER_EXITED", at: { file: "/production/haloy.yaml", line: 1 } },
  ];
  for (const event of names) expect(masker.maskData(event)).toEqual(event);
  const log = { type: "log", level: "info", plugin: "shop", hook: "deploy", message: "info: shop" };
  expect(masker.maskData(log)).toEqual({ ...log, message: "***: ***" });
  expect(
    masker.maskData({
      code: "CONTAINER_EXITED",
      message: "production failed",
      hint: "deploy again",
      details: {
        targets: { production: { succeeded: true, answer: { app: "shop", note: "shop" } } },
        container: "shop-1",
        logs: ["in production"],
        probe: { body: "info" },
      },
    }),
  ).toEqual({
    code: "CONTAINER_EXITED",
    message: "*** ***",
    hint: "*** again",
    details: {
      targets: { production: { succeeded: true, answer: { app: "shop", note: "***" } } },
      container: "shop-1",
      logs: ["in ***"],
      probe: { body: "***" },
    },
  });
});

test.each([
  ["the shorter one first", ["admin", "admin-S3cr3t-9f2"], "to admin-S3cr3t-9f2!", "to ***!"],
  ["the longer one first", ["admin-S3cr3t-9f2", "admin"], "to admin-S3cr3t-9f2!", "to ***!"],
  ["one that ends in the other", ["9f2-admin", "admin"], "to 9f2-admin, admin", "to ***, ***"],
  ["two that overlap", ["abc-def", "def-ghi"], "<abc-def-ghi>", "<***>"],
  ["one that overlaps itself", ["abab"], "<ababab>", "<***>"],
])("of secrets that share text nothing is left: %s", (_name, values, text, masked) => {
  const masker = new Masker();
  for (const one of values) masker.add(new Secret(one));
  expect(masker.mask(text)).toBe(masked);
});

test("a secret of several lines is hidden in a log that comes line by line", () => {
  const masker = new Masker();
  masker.add(new Secret("-----BEGIN KEY-----\r\nMIIEvQIBADANBg\n}\nkqhkiG9w0BAQEF\n"));
  expect(["x MIIEvQIBADANBg y", "kqhkiG9w0BAQEF", "}"].map((line) => masker.mask(line))).toEqual([
    "x *** y",
    "***",
    "}",
  ]);
  const oneLine = new Masker();
  oneLine.add(new Secret("hunter2\n"));
  expect(oneLine.mask("with hunter2 in it")).toBe("with *** in it");
});

test("a secret as large as a bundle of certificates can be hidden", () => {
  const masker = new Masker();
  const bundle = "0123456789abcdef\n".repeat(50_000);
  masker.add(new Secret(bundle));
  expect(masker.mask("0123456789abcdef")).toBe("***");
});
