/**
 * What engines say when a registry refuses a login, recorded from Docker 20.10 and 28.5.
 */

import { expect, test } from "vitest";
import { Secret } from "../../core/secret.ts";
import { loginRefusal } from "./login.ts";

const password = new Secret("s3ntinel/password+4711");
const status = (registry: string, words: string) =>
  `login attempt to http://${registry}/v2/ failed with status: ${words}`;
const get = (registry: string, words: string) => `Get "https://${registry}/v2/": ${words}`;

test.each([
  [status("127.0.0.1:5155", "401 Unauthorized"), "REGISTRY_UNAUTHORIZED"],
  [get("127.0.0.1:5155", "unauthorized: incorrect username or password"), "REGISTRY_UNAUTHORIZED"],
  [get("127.0.0.1:5155", "no basic auth credentials"), "REGISTRY_UNAUTHORIZED"],
  [status("127.0.0.1:5155", "403 Forbidden"), "REGISTRY_DENIED"],
  [status("127.0.0.1:5155", "429 Too Many Requests"), "REGISTRY_RATE_LIMITED"],
  [status("127.0.0.1:5155", "503 Service Unavailable"), "REGISTRY_UNREACHABLE"],
  [status("127.0.0.1:5155", "404 Not Found"), "REGISTRY_UNREACHABLE"],
  [
    get("127.0.0.1:5155", "dial tcp 127.0.0.1:5155: connect: connection refused"),
    "REGISTRY_UNREACHABLE",
  ],
  [
    get(
      "127.0.0.1:5155",
      "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
    ),
    "REGISTRY_UNREACHABLE",
  ],
  ["timed out after 30 s", "REGISTRY_UNREACHABLE"],
  [
    get(
      "127.0.0.1:5155",
      "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    ),
    "REGISTRY_TLS_FAILED",
  ],
  [get("127.0.0.1:5155", "x509: cannot validate certificate for 127.0.0.1"), "REGISTRY_TLS_FAILED"],
  [get("127.0.0.1:5155", "http: server gave HTTP response to HTTPS client"), "REGISTRY_TLS_FAILED"],
  ["something that no engine has said before", "REGISTRY_LOGIN_FAILED"],
] as const)("%s is %s", (said, code) => {
  const error = loginRefusal({ registry: "127.0.0.1:5155", username: "me", password }, said);

  expect(error).toMatchObject({ code, hint: expect.stringMatching(/Nothing was saved$/) });
  expect(error.message).toContain("Cannot log in to 127.0.0.1:5155: ");
  expect(error.message).toContain(said);
});

test("a registry's name is no reason, and what it repeats of the password is masked", () => {
  const registry = "denied.example.com";
  const said = `dial tcp: lookup ${registry} on 10.0.0.1:53: no such host (${password.reveal()})`;

  const error = loginRefusal({ registry, username: "me", password }, said);

  expect(error.code).toBe("REGISTRY_UNREACHABLE");
  expect(JSON.stringify(error)).not.toContain("s3ntinel");
});

test("Docker Hub's user is told which name and which password it wants", () => {
  const said = get("registry-1.docker.io", "unauthorized: incorrect username or password");

  const { hint } = loginRefusal({ registry: "docker.io", username: "me", password }, said);

  expect(hint).toContain("user name, not the e-mail address, and an access token");
});
