/**
 * `image.registry` as it crosses the wire: the stock protocol's `{ server, username, password }`,
 * each of the last two a value or where it comes from.
 *
 * @module
 */

import { z } from "zod";
import type { RegistryLogin } from "../core/hooks.ts";
import { registryHost, registryOf } from "../core/reference.ts";
import { Secret } from "../core/secret.ts";
import type { RegistryConfig, ValueSource } from "../core/target.ts";

const source = z
  .looseObject({
    value: z.string().nullish(),
    from: z.looseObject({ env: z.string().nullish(), secret: z.string().nullish() }).nullish(),
  })
  .transform(({ value, from }, context): ValueSource => {
    if (from?.env) return { from: { env: from.env } };
    if (from?.secret) return { from: { secret: from.secret } };
    if (value) return { value };
    context.issues.push({ code: "custom", message: "has no value", input: value });
    return z.NEVER;
  });

/** The field. Null and absent mean the same. */
export const registryField: z.ZodType<RegistryConfig | undefined> = z
  .looseObject({ server: z.string().nullish(), username: source, password: source })
  .nullish()
  .transform((registry) => {
    if (!registry) return undefined;
    const { server, username, password } = registry;
    return { ...(server ? { server } : {}), username, password };
  });

/** The login that a received target gives for `image`. Null: none, or its values are not there. */
export function loginOf(registry: RegistryConfig | undefined, image: string): RegistryLogin | null {
  if (!registry) return null;
  const { server, username, password } = registry;
  if (!("value" in username) || !("value" in password)) return null;
  return {
    registry: registryHost(server ?? registryOf(image)),
    username: username.value,
    password: new Secret(password.value),
  };
}

/** The field with resolved values. */
export function writeLogin({ registry, username, password }: RegistryLogin): RegistryConfig {
  return {
    server: registry,
    username: { value: username },
    password: { value: password.reveal() },
  };
}
