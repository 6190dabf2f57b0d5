/**
 * How registries are written, and which user names no registry has.
 */

import { expect, test } from "vitest";
import { isHaloyError } from "../core/errors.ts";
import { checkUsername, registryServer } from "./registry-logins.ts";

test.each([
  ["docker.io", "docker.io"],
  ["Docker.IO", "docker.io"],
  ["https://index.docker.io/v1/", "docker.io"],
  ["index.docker.io", "docker.io"],
  ["registry-1.docker.io", "docker.io"],
  ["hub.docker.com", "docker.io"],
  ["GHCR.io", "ghcr.io"],
  ["https://ghcr.io/", "ghcr.io"],
  ["http://registry.example.com/v2/", "registry.example.com"],
  ["registry.example.com/v1", "registry.example.com"],
  ["registry.example.com:5000/", "registry.example.com:5000"],
  ["localhost:5000", "localhost:5000"],
  ["localhost", "localhost"],
  ["127.0.0.1:5000", "127.0.0.1:5000"],
  ["[::1]:5000", "[::1]:5000"],
  [
    " 123456789012.dkr.ecr.eu-north-1.amazonaws.com ",
    "123456789012.dkr.ecr.eu-north-1.amazonaws.com",
  ],
])("%s is the registry %s", (written, registry) => {
  expect(registryServer(written)).toBe(registry);
});

test.each([
  ["ghcr.io/your-org", "not for", "ghcr.io"],
  ["registry", "not a host name", "registry"],
  ["my registry.example.com", "not a host name", "my registry"],
  ["", "not a host name", `""`],
  ["user:hunter2@ghcr.io", "an @", "registry"],
])("%j is not a registry: %s", (written, problem, named) => {
  const error = failure(() => registryServer(written));
  expect(error.code).toBe("REGISTRY_LOGIN_INVALID");
  expect(error.message).toContain(problem);
  expect(error.message).toContain(named);
  expect(JSON.stringify(error)).not.toContain("hunter2");
});

test.each(["me", "org+robot", "robot$ci", "_json_key", "AWS", "me@example.com"])(
  "%s may be a user name of a registry",
  (username) => {
    expect(() => checkUsername("registry.example.com", username)).not.toThrow();
  },
);

test.each([
  ["docker.io", "me@example.com", "is an e-mail address, and Docker Hub wants your user name"],
  ["ghcr.io", "", "the user name is empty"],
  ["ghcr.io", "me:token", "no colons"],
  ["ghcr.io", "me\nyou", "no line breaks"],
])("at %s, %j is not a user name", (registry, username, problem) => {
  expect(failure(() => checkUsername(registry, username)).message).toContain(problem);
});

function failure(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (isHaloyError(error)) return error;
  }
  throw new Error("it did not fail as expected");
}
