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
  const { login } = release;
  const env = release.env.map(({ name, value }) =>
    value instanceof Secret ? { name, value: value.reveal(), secret: true } : { name, value },
  );
  return vault.seal({
    ...release,
    env,
    login: login && { ...login, password: login.password.reveal() },
  });
}

/** What {@link sealRelease} took. */
export function unsealRelease(vault: Vault, sealed: Uint8Array): Release {
  const { env, login, ...release } = vault.open(sealed) as Sealed;
  return {
    ...release,
    env: env.map(({ name, value, secret }) => ({
      name,
      value: secret ? new Secret(value) : value,
    })),
    // Releases of the first version have none.
    login: login ? { ...login, password: new Secret(login.password) } : null,
  };
}

/** A release as plain data. */
interface Sealed extends Omit<Release, "env" | "login"> {
  readonly env: readonly { name: string; value: string; secret?: boolean }[];
  readonly login?: { registry: string; username: string; password: string } | null;
}
