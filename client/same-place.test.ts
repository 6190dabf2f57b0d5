/**
 * Targets whose servers turn out to be the same one.
 */

import { expect, test } from "vitest";
import { clashesOf } from "./same-place.ts";

const at = (name: string, url: string, app: string, ...hosts: string[]) => ({
  name,
  target: { name: app, domains: hosts.map((domain) => ({ domain, aliases: [`www.${domain}`] })) },
  server: { url },
});
const clashes = (...targets: ReturnType<typeof at>[]) =>
  clashesOf(targets, () => undefined).map(({ targets, error }) => [targets, error.message]);

test("one app or one host name is one target's on a server", () => {
  expect(
    clashes(
      at("a", "https://one", "shop", "shop.example.com"),
      at("b", "https://one", "shop", "shop.example.com"),
      at("c", "https://one", "jobs", "x.example.com", "www.shop.example.com"),
    ),
  ).toEqual([
    [["a", "b"], 'Cannot deploy both: "a" and "b" are the app "shop" on https://one'],
    [
      ["a", "c"],
      'Cannot deploy both: "a" and "c" have the domain "www.shop.example.com" on https://one',
    ],
  ]);
});

test("on two servers both may be the same, and a target may name a host twice", () => {
  const same = ["shop", "shop.example.com"] as const;
  expect(clashes(at("a", "https://one", ...same), at("b", "https://two", ...same))).toEqual([]);
  expect(clashes(at("a", "https://one", "shop", "x.example.com", "x.example.com"))).toEqual([]);
});
