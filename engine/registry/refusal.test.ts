/**
 * What engines say when a registry refuses, recorded from Docker 20.10, 28.5 with overlay2 and
 * 28.5 with containerd's image store; Docker Hub's and GHCR's words as their documentation has them.
 */

import { expect, test } from "vitest";
import type { RegistryLogin } from "../../core/hooks.ts";
import { Secret } from "../../core/secret.ts";
import { registryRefusal } from "./refusal.ts";

const reference = "127.0.0.1:5055/app:v1";
const head = (path: string) =>
  `unexpected status from HEAD request to http://127.0.0.1:5055${path}`;
const resolve = `failed to resolve reference "${reference}"`;

test.each([
  // Wrong password.
  ["pull", "unauthorized: authentication required", "REGISTRY_UNAUTHORIZED"],
  [
    "pull",
    `unknown: ${resolve}: ${head("/v2/app/manifests/v1")}: 401 Unauthorized`,
    "REGISTRY_UNAUTHORIZED",
  ],
  [
    "push",
    `unknown: ${head("/v2/app/blobs/sha256:7cc42c34f3812d46")}: 401 Unauthorized`,
    "REGISTRY_UNAUTHORIZED",
  ],
  [
    "pull",
    `Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password`,
    "REGISTRY_UNAUTHORIZED",
  ],
  // No login.
  ["push", "no basic auth credentials", "REGISTRY_UNAUTHORIZED"],
  [
    "pull",
    `Head "http://127.0.0.1:5055/v2/app/manifests/v1": no basic auth credentials`,
    "REGISTRY_UNAUTHORIZED",
  ],
  [
    "push",
    "push access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
    "REGISTRY_UNAUTHORIZED",
  ],
  // A login that may not.
  ["push", "denied", "REGISTRY_DENIED"],
  ["push", "denied: permission_denied: write_package", "REGISTRY_DENIED"],
  ["push", "denied: requested access to the resource is denied", "REGISTRY_DENIED"],
  [
    "pull",
    "pull access denied for nobody/nothing, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    "REGISTRY_DENIED",
  ],
  [
    "pull",
    "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
    "REGISTRY_DENIED",
  ],
  [
    "pull",
    `unknown: ${resolve}: ${head("/v2/app/manifests/v1")}: 403 Forbidden`,
    "REGISTRY_DENIED",
  ],
  // Too many requests.
  [
    "pull",
    "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
    "REGISTRY_RATE_LIMITED",
  ],
  [
    "push",
    `unknown: ${head("/v2/app/blobs/sha256:4064ca6b40c1e7d5")}: 429 Too Many Requests`,
    "REGISTRY_RATE_LIMITED",
  ],
  // Nothing of that name.
  [
    "pull",
    `manifest for ${reference} not found: manifest unknown: manifest unknown`,
    "IMAGE_NOT_FOUND",
  ],
  ["pull", `${resolve}: ${reference}: not found`, "IMAGE_NOT_FOUND"],
  ["pull", "name unknown", "IMAGE_NOT_FOUND"],
  ["push", "error from registry: repository name not known to registry", "IMAGE_PUSH_FAILED"],
  // Not for this processor.
  [
    "pull",
    "no matching manifest for linux/amd64 in the manifest list entries",
    "IMAGE_PLATFORM_MISMATCH",
  ],
  [
    "pull",
    "no matching manifest for linux/amd64 in the manifest list entries: no match for platform in manifest: not found",
    "IMAGE_PLATFORM_MISMATCH",
  ],
  // No registry.
  [
    "pull",
    `Get "http://127.0.0.1:5055/v2/": dial tcp 127.0.0.1:5055: connect: connection refused`,
    "REGISTRY_UNREACHABLE",
  ],
  [
    "push",
    `failed to do request: Head "https://no-such-host.invalid/v2/": dial tcp: lookup no-such-host.invalid on 10.255.255.53:53: no such host`,
    "REGISTRY_UNREACHABLE",
  ],
  [
    "pull",
    `Get "https://192.0.2.2:5073/v2/": read tcp 192.0.2.2:59792->192.0.2.2:5073: read: connection reset by peer`,
    "REGISTRY_UNREACHABLE",
  ],
  [
    "pull",
    `Get "https://192.0.2.2:5073/v2/": net/http: TLS handshake timeout`,
    "REGISTRY_UNREACHABLE",
  ],
  ["push", "received unexpected HTTP status: 503 Service Unavailable", "REGISTRY_UNREACHABLE"],
  [
    "pull",
    `unknown: ${resolve}: ${head("/v2/app/manifests/v1")}: 503 Service Unavailable`,
    "REGISTRY_UNREACHABLE",
  ],
  // No trust.
  [
    "pull",
    `Get "https://192.0.2.2:5072/v2/": x509: certificate signed by unknown authority`,
    "REGISTRY_TLS_FAILED",
  ],
  [
    "push",
    `Get "https://192.0.2.2:5072/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    "REGISTRY_TLS_FAILED",
  ],
  [
    "pull",
    `Get "https://192.0.2.2:5071/v2/": http: server gave HTTP response to HTTPS client`,
    "REGISTRY_TLS_FAILED",
  ],
  // What nobody foresaw.
  ["pull", "failed to register layer: write /x: no space left on device", "IMAGE_PULL_FAILED"],
  ["push", "unsupported: The operation is unsupported.", "IMAGE_PUSH_FAILED"],
] as const)("%s: %s is %s", (action, said, code) => {
  const error = registryRefusal({ action, reference, login: null }, said);

  expect(error).toMatchObject({ code, hint: expect.stringMatching(/./) });
  expect(error.message).toContain(`Cannot ${action} "${reference}": `);
  expect(error.message).toContain("127.0.0.1:5055");
  expect(error.message).toContain(said);
});

test.each([
  ["denied/unauthorized:429", "denied/unauthorized:429: not found"],
  ["x509:eof", "manifest for x509:eof not found: manifest unknown"],
  [
    `ghcr.io/denied:v1@sha256:${"a".repeat(64)}`,
    `ghcr.io/denied@sha256:${"a".repeat(64)}: not found`,
  ],
])("the image %s may be called by words that tell refusals apart", (name, said) => {
  const error = registryRefusal({ action: "pull", reference: name, login: null }, said);

  expect(error.code).toBe("IMAGE_NOT_FOUND");
});

test("the hint says what to do about a login, and how to write an image of Docker Hub", () => {
  const login = { registry: "docker.io", username: "me", password: new Secret("s3cret-token") };
  const refused = (reference: string, said: string, given: typeof login | null) =>
    registryRefusal({ action: "push", reference, login: given }, said).hint;

  expect(refused("me/app:v1", "unauthorized", login)).toContain("access token");
  expect(refused("me/app:v1", "unauthorized", null)).toContain(`"registry"`);
  expect(refused("app:v1", "denied", login)).toContain(`"your-name/app"`);
  expect(refused("me/app:v1", "denied", login)).toContain(`write to "me/app"`);
});

test("the hint of a refused pull names the login that counts", () => {
  const login = { registry: "ghcr.io", username: "me", password: new Secret("s3cret-token") };
  const refused = (said: string, given: RegistryLogin | null) =>
    registryRefusal({ action: "pull", reference: "ghcr.io/me/app:v1", login: given }, said).hint;
  const again = `Log in again with "haloy server registry login ghcr.io"`;

  expect(refused("unauthorized", { ...login, ofServer: true })).toContain(again);
  expect(refused("unauthorized", login)).toContain(`Correct "image.registry"`);
  for (const said of ["unauthorized", "toomanyrequests: slow down", "denied"]) {
    expect(refused(said, null)).toContain(`"haloy server registry login ghcr.io"`);
    expect(refused(said, null)).toContain(`or "registry" with "username" and "password"`);
  }
});

test("a registry that repeats the password does not get it into the error", () => {
  const login = { registry: "docker.io", username: "me", password: new Secret("s3cret-token") };
  const said = "denied: s3cret-token is not allowed";

  const error = registryRefusal({ action: "pull", reference: "me/app:v1", login }, said);

  expect(JSON.stringify(error)).not.toContain("s3cret-token");
});
