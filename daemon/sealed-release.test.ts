import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Secret } from "../core/secret.ts";
import { makeRelease } from "../test/fixtures/release.ts";
import { sealRelease, unsealRelease } from "./sealed-release.ts";
import { Vault } from "./vault.ts";

const vault = Vault.open(mkdtempSync(join(tmpdir(), "haloy-vault-")));

test("a login comes back from the vault as it went in, its password a secret", () => {
  const login = { registry: "ghcr.io", username: "me", password: new Secret("topsecret") };

  const sealed = sealRelease(vault, makeRelease("shop", "d1", { login }));
  const opened = unsealRelease(vault, sealed);

  expect(Buffer.from(sealed).toString("latin1")).not.toContain("topsecret");
  expect(JSON.stringify(opened)).not.toContain("topsecret");
  expect(opened.login?.password.reveal()).toBe("topsecret");
  expect(opened.login).toMatchObject({ registry: "ghcr.io", username: "me" });
});

test("a release that was kept before there were logins has none", () => {
  const { login: _, ...release } = makeRelease("shop", "d1");

  expect(unsealRelease(vault, vault.seal(release)).login).toBeNull();
});
