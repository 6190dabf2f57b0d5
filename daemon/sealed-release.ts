/**
 * Releases as they are stored: values of secrets in them only under encryption.
 *
 * @module
 */

import type { Release } from "../core/hooks.ts";
import { Secret } from "../core/secret.ts";
import type { Vault } from "./vault.ts";

/** A release, encrypted. */
export function sealRelease(vault: Vault, release: Release): Uint8Array {
  const env = release.env.map(({ name, value }) =>
    value instanceof Secret ? { name, value: value.reveal(), secret: true } : { name, value },
  );
  return vault.seal({ ...release, env });
}

/** What {@link sealRelease} took. */
export function unsealRelease(vault: Vault, sealed: Uint8Array): Release {
  const release = vault.open(sealed) as Release;
  const env = release.env as readonly { name: string; value: string; secret?: boolean }[];
  return {
    ...release,
    env: env.map(({ name, value, secret }) => ({
      name,
      value: secret ? new Secret(value) : value,
    })),
  };
}
