import { expect, test } from "vitest";
import { Secret } from "../core/secret.ts";
import type { RegistryConfig, Target } from "../core/target.ts";
import { loginOf } from "./registry.ts";
import { readTarget, writeTarget } from "./target-config.ts";

const image = {
  reference: "ghcr.io/acme/shop:v1",
  pullPolicy: "always",
  history: { strategy: "local", count: 3 },
  pushed: false,
} as const;

function target(registry?: RegistryConfig): Target {
  const json = { name: "shop", image: { repository: image.reference, registry } };
  return readTarget(JSON.parse(JSON.stringify(json))).target;
}

test("where a login comes from goes over the wire as it is written, to be resolved anew", () => {
  const registry: RegistryConfig = {
    server: "ghcr.io",
    username: { from: { env: "REGISTRY_USERNAME" } },
    password: { from: { secret: "vault:registry:token" } },
  };

  const received = readTarget(writeTarget(target(registry), { image }));

  expect(received.target.image?.registry).toEqual(registry);
  expect(loginOf(received.target.image?.registry, received.image)).toBeNull();
});

test("a resolved login goes over the wire in the stock protocol's form, and only where it is asked for", () => {
  const login = { registry: "ghcr.io", username: "me", password: new Secret("clear") };
  const written = target({ username: { value: "me" }, password: { from: { env: "TOKEN" } } });

  const json = writeTarget(written, { image, login });

  expect(json).toMatchObject({
    image: {
      registry: { server: "ghcr.io", username: { value: "me" }, password: { value: "clear" } },
    },
  });
  const received = loginOf(readTarget(json).target.image?.registry, image.reference);
  expect(received).toMatchObject({ registry: "ghcr.io", username: "me" });
  expect(received?.password.reveal()).toBe("clear");
  expect(JSON.stringify(writeTarget(written, { image }))).not.toContain("clear");
  expect(writeTarget(written, { image, login: null })).not.toHaveProperty("image.registry");
});

test("an image that is sent without a registry goes without a login", () => {
  const written = target({ username: { value: "me" }, password: { value: "clear" } });

  const json = writeTarget(written, { image: { ...image, pushed: true } });

  expect(json).not.toHaveProperty("image.registry");
});

test.each([
  ["ghcr.io/acme/shop:v1", undefined, "ghcr.io"],
  ["localhost:5000/shop:v1", "", "localhost:5000"],
  ["acme/shop:v1", null, "docker.io"],
  ["acme/shop:v1", "https://index.docker.io/v1/", "docker.io"],
  ["registry.example.com/shop:v1", "https://Registry.example.com", "registry.example.com"],
])("the login for %s with server %j is one for %s", (repository, server, registry) => {
  const values = { username: { value: "me" }, password: { value: "clear", from: null } };
  const json = { name: "shop", image: { repository, registry: { server, ...values } } };

  const received = readTarget(json);

  expect(loginOf(received.target.image?.registry, received.image)?.registry).toBe(registry);
});

test.each([
  [{ username: {}, password: { value: "x" } }, "username"],
  [{ username: { value: "me" } }, "password"],
  [{ username: { value: "me" }, password: { value: "" } }, "password"],
  [{ username: { value: "me" }, password: { from: { env: "" } } }, "password"],
  [{ username: "me", password: { value: "x" } }, "username"],
])("the login %j is refused by the name of its field", (registry, field) => {
  const json = { name: "shop", image: { repository: "shop", registry } };

  expect(() => readTarget(json)).toThrow(`targetConfig.image.registry.${field}: `);
});

test("a stock client that has no login sends none, or null", () => {
  const json = { name: "shop", image: { repository: "shop", registry: null } };

  expect(readTarget(json).target.image).not.toHaveProperty("registry");
});
