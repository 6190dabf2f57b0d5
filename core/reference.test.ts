/**
 * Image references: what is read from a text, and that writing it gives the text back.
 *
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  parseReference,
  printReference,
  type Reference,
  registryHost,
  registryOf,
} from "./reference.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const parts = (
  registry: string | null,
  repository: string,
  tag: string | null = null,
  hash: string | null = null,
): Reference => ({ registry, repository, tag, digest: hash });

const VALID: readonly (readonly [string, Reference])[] = [
  ["nginx", parts(null, "nginx")],
  ["nginx:alpine", parts(null, "nginx", "alpine")],
  ["library/nginx", parts(null, "library/nginx")],
  ["ghcr.io/acme/shop:v1.2.3", parts("ghcr.io", "acme/shop", "v1.2.3")],
  ["localhost/shop", parts("localhost", "shop")],
  ["localhost:5000/shop:a_b-c.d", parts("localhost:5000", "shop", "a_b-c.d")],
  ["myhost:5000/shop", parts("myhost:5000", "shop")],
  ["[::1]:5000/shop", parts("[::1]:5000", "shop")],
  ["MyRegistry/shop", parts("MyRegistry", "shop")],
  ["a.b/c/d/e/f", parts("a.b", "c/d/e/f")],
  ["a__b/c-d--e", parts(null, "a__b/c-d--e")],
  ["shop:1", parts(null, "shop", "1")],
  ["shop:_x", parts(null, "shop", "_x")],
  [`shop:${"x".repeat(128)}`, parts(null, "shop", "x".repeat(128))],
  [`shop@${digest}`, parts(null, "shop", null, digest)],
  [`ghcr.io/acme/shop:v1@${digest}`, parts("ghcr.io", "acme/shop", "v1", digest)],
  ["x".repeat(255), parts(null, "x".repeat(255))],
];

test.each(VALID)("%s is read into its parts and written back", (text, expected) => {
  expect(parseReference(text)).toEqual(expected);
  expect(printReference(expected)).toBe(text);
});

test.each([
  ["", "cannot be empty"],
  [" nginx", "white space"],
  ["nginx\n", "white space"],
  ["Nginx", "upper case"],
  ["ghcr.io/Acme/shop", "upper case"],
  ["nginx:", "not a tag"],
  ["nginx:-x", "not a tag"],
  [`nginx:${"x".repeat(129)}`, "not a tag"],
  ["nginx:a/b", "not a registry host"],
  ["nginx:a:b", "not a tag"],
  ["nginx@sha256:abc", "not a digest"],
  [`nginx@${digest.toUpperCase()}`, "not a digest"],
  [`nginx@${digest}@${digest}`, `more than one "@"`],
  ["/nginx", "valid part"],
  ["nginx/", "valid part"],
  ["a//b", "valid part"],
  ["a___b", "valid part"],
  ["a..b", "valid part"],
  ["-a", "valid part"],
  ["a_-b", "valid part"],
  ["-host.example/shop", "not a registry host"],
  ["host:port/shop", "not a registry host"],
  [`a/${"x".repeat(254)}`, "at most 255"],
  [`@${digest}`, "valid part"],
])("%j is refused: %s", (text, rule) => {
  const parsed = parseReference(text);
  expect("problem" in parsed ? parsed.problem : "accepted").toContain(rule);
});

describe("what is written is read as it was", () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  const label = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,6}[A-Za-z0-9])?$/);
  const component = fc
    .array(fc.tuple(fc.constantFrom(".", "_", "__", "-", "---"), word), { maxLength: 2 })
    .chain((more) => word.map((first) => first + more.map((pair) => pair.join("")).join("")));
  const port = fc.integer({ min: 1, max: 65535 }).map((number) => `:${number}`);
  const host = fc.oneof(
    fc.constantFrom("localhost", "[fe80::1]:1", "1.2.3.4", "UPPER"),
    fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join(".")),
    fc.tuple(label, port).map((pair) => pair.join("")),
  );
  const registry = fc.oneof(fc.constant(null), host);
  const tag = fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/));
  const hash = fc.option(fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`));
  const path = fc.array(component, { minLength: 1, maxLength: 4 });
  // Without a registry, Docker takes a first component like a host's name for one.
  const looksLikeHost = ([first = "", ...more]: readonly string[]) =>
    more.length > 0 && (first === "localhost" || first.includes("."));

  test("any reference made of valid parts", () => {
    fc.assert(
      fc.property(registry, path, tag, hash, (host, names, tag, hash) => {
        fc.pre(host !== null || !looksLikeHost(names));
        const reference = parts(host, names.join("/"), tag, hash);
        expect(parseReference(printReference(reference))).toEqual(reference);
      }),
      { numRuns: 2000 },
    );
  });

  test("any text that is a reference", () => {
    const signs = fc.constantFrom(...["a", "b", "0", "A", ".", "_", "-", "/", ":", "@", "[", " "]);
    const text = fc.oneof(
      fc.string({ unit: signs, maxLength: 12 }),
      fc
        .tuple(registry, path, tag, hash)
        .map(([host, names, tag, hash]) => printReference(parts(host, names.join("/"), tag, hash))),
    );
    let read = 0;
    fc.assert(
      fc.property(text, (written) => {
        const parsed = parseReference(written);
        if ("problem" in parsed) return;
        read++;
        expect(printReference(parsed)).toBe(written);
      }),
      { numRuns: 4000 },
    );
    expect(read).toBeGreaterThan(1000);
  });
});

test.each([
  ["nginx:alpine", "docker.io"],
  ["your-username/app", "docker.io"],
  ["ghcr.io/your-org/app:v1", "ghcr.io"],
  ["myregistry.example.com/my-app", "myregistry.example.com"],
  ["localhost/app", "localhost"],
  ["localhost:5000/app", "localhost:5000"],
  [`registry:5000/a/b@${digest}`, "registry:5000"],
])("the registry of %s is %s", (reference, registry) => {
  expect(registryOf(reference)).toBe(registry);
});

test.each([
  ["ghcr.io", "ghcr.io"],
  ["GHCR.io", "ghcr.io"],
  ["https://registry.example.com:5000/", "registry.example.com:5000"],
  ["http://registry.example.com/v2/", "registry.example.com"],
  ["https://index.docker.io/v1/", "docker.io"],
  ["registry-1.docker.io", "docker.io"],
  ["docker.io", "docker.io"],
  ["localhost:5000", "localhost:5000"],
])("a login for %s is one for the registry %s", (written, registry) => {
  expect(registryHost(written)).toBe(registry);
});
