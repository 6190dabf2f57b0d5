import { expect, test } from "vitest";
import { TARGET_DEFAULTS } from "../core/config/defaults.ts";
import { Secret } from "../core/secret.ts";
import type { Target } from "../core/target.ts";
import { readTarget, writeTarget } from "./target-config.ts";

const target: Target = {
  ...TARGET_DEFAULTS,
  name: "shop",
  server: "shop.example.com",
  port: 3000,
  domains: [{ domain: "shop.example.com", aliases: ["www.shop.example.com"] }],
  env: [
    { name: "EMPTY", value: "" },
    { name: "URL", from: { env: "DATABASE_URL" } },
    { name: "KEY", from: { secret: "vault:app:key" } },
  ],
  replicas: 3,
  healthCheckPath: "/health",
  minReadySeconds: 5,
  deploymentStrategy: "replace",
};
const image = {
  reference: "ghcr.io:443/acme/shop:v1",
  pullPolicy: "if_missing",
  history: { strategy: "local", count: 3 },
  pushed: false,
} as const;

test("a target comes over the wire as it was, its references unresolved", () => {
  const received = readTarget(JSON.parse(JSON.stringify(writeTarget(target, { image }))));
  expect(received.image).toBe(image.reference);
  expect(received.history).toEqual(image.history);
  expect(received.pushed).toBe(false);
  const { server: _server, ...rest } = target;
  expect(received.target).toMatchObject(rest);
  expect(received.target.image?.pullPolicy).toBe("if_missing");
});

test("resolved values go over the wire only where they are asked for", () => {
  const env = [{ name: "KEY", value: new Secret("clear") }];
  expect(JSON.stringify(writeTarget(target, { image, env }))).toContain("clear");
  expect(JSON.stringify(writeTarget(target, { image }))).not.toContain("clear");
});

test.each([
  ["a digest stays a digest", `shop@sha256:${"a".repeat(64)}`, `shop@sha256:${"a".repeat(64)}`],
  ["no tag means latest", "shop", "shop:latest"],
  ["a tag may be there twice when it is the same", "shop:v1", "shop:v1", "v1"],
  ["a port is no tag", "registry:5000/shop", "registry:5000/shop:latest"],
])("%s", (_name, repository, expected, tag = "") => {
  expect(readTarget({ name: "shop", image: { repository, tag } }).image).toBe(expected);
});

test("host names arrive in lower case and in ASCII, and an empty health check path means the default", () => {
  const domains = [
    { domain: "Shop.Example.com", aliases: null },
    { domain: "*.München.example", aliases: ["münchen.example"] },
  ];
  const image = { repository: "shop" };
  const { target } = readTarget({ name: "shop", image, domains, healthCheckPath: "" });
  expect(target.domains).toEqual([
    { domain: "shop.example.com", aliases: [] },
    { domain: "*.xn--mnchen-3ya.example", aliases: ["xn--mnchen-3ya.example"] },
  ]);
  expect(target.healthCheckPath).toBe("/");
});

test.each([
  [{ image: { repository: "shop", registry: { username: {} } } }, "image.registry.username"],
  [{ port: "http" }, "port"],
  [{ replicas: 0 }, "replicas"],
  [{ name: "../shop" }, "name"],
  [{ name: "shop..web" }, "name"],
  [{ image: { repository: "Shop" } }, "image.repository"],
  [{ image: { repository: "shop:v1", tag: "v2" } }, "image.tag"],
  [{ image: { repository: `shop@sha256:${"a".repeat(64)}`, tag: "v2" } }, "image.tag"],
  [{ image: { repository: "shop", tag: "../v2" } }, "image.tag"],
  [{ healthCheckPath: "health" }, "healthCheckPath"],
  [{ domains: [{ domain: "*.com" }] }, "domains.0.domain"],
  [{ domains: [{ domain: "a.example.com/x" }] }, "domains.0.domain"],
  [{ domains: [{ domain: "a.example.com", aliases: ["b example"] }] }, "domains.0.aliases.0"],
  [{ domains: [{ domain: "a.example.com", aliases: ["A.example.com"] }] }, "domains"],
  [{ domains: [{ domain: "a.example.com" }, { domain: "a.example.com" }] }, "domains"],
  [{ domains: [{ domain: "ü.example.com", aliases: ["xn--tda.example.com"] }] }, "domains"],
  [{ domains: [{ domain: "*.example.com" }, { domain: "*.EXAMPLE.com" }] }, "domains"],
])("%j is refused by name: nothing a client wants is ignored", (change, field) => {
  const json = { name: "shop", image: { repository: "shop" }, ...change };
  expect(() => readTarget(json)).toThrow(`targetConfig.${field}`);
});

test("a stock client's build that goes to the server is never pulled", () => {
  const stock = { repository: "shop", build: true };
  expect(readTarget({ name: "shop", image: stock }).pushed).toBe(true);
  const registry = { ...stock, buildConfig: { push: "registry" } };
  expect(readTarget({ name: "shop", image: registry }).pushed).toBe(false);
});

test("a refused field says what it must be", () => {
  const json = { name: "shop", image: { repository: "shop" }, healthCheckPath: "health" };
  expect(() => readTarget(json)).toThrow("targetConfig.healthCheckPath: must start with a slash");
});
