/**
 * Secret values on their way to the docker command: in its environment, where only this user and
 * root can read them, and neither on the command line nor in a file.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type BuildRequest, fail, type HookContext, Secret } from "../../plugin.ts";

/** Variables that change what docker does, or where it does it. */
const DOCKERS_OWN =
  /^(?:PATH|HOME|TMPDIR|GODEBUG|(?:LD|DYLD|XDG|DOCKER|BUILDX|BUILDKIT|SSH|SSL|OTEL)_.*|.*_PROXY)$/i;

/** Linux takes no longer `NAME=value` (bytes, its final NUL among them). */
const LONGEST_VARIABLE = 128 * 1024;

/** Secret values and how the command line speaks of them. */
export interface SecretValues {
  /** Variables to add to the child's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** `--secret` flags. */
  readonly flags: readonly string[];
}

/**
 * Variables for the secret arguments and secret mounts of a build. `env` is what the command gets
 * anyway.
 *
 * @throws `BUILD_FAILED` for a secret argument that docker would take for a setting of its own,
 *   and for a value that no environment can hold.
 */
export function secretValues(
  { args, secrets }: Pick<BuildRequest, "args" | "secrets">,
  env: HookContext["env"],
): SecretValues {
  const values: Record<string, string> = {};
  for (const { name, value } of args) {
    if (!(value instanceof Secret)) continue;
    const secret = value.reveal();
    // Passing on what docker is told anyway, a proxy's address for example, changes nothing.
    if (DOCKERS_OWN.test(name) && env[name] !== secret) {
      throw fail("BUILD_FAILED", {
        message: `Cannot build with the secret build argument "${name}": docker would take it for a setting of its own`,
        hint: `Give it another name in the config and in the Dockerfile, for example "APP_${name}"`,
      });
    }
    checkFits(name, secret, `build argument "${name}"`);
    values[name] = secret;
  }
  const taken = new Set([...Object.keys(env), ...args.map(({ name }) => name)]);
  const flags = secrets.map(({ name, value }) => {
    const variable = freeName(taken);
    const secret = value instanceof Secret ? value.reveal() : value;
    checkFits(variable, secret, `build secret "${name}"`);
    values[variable] = secret;
    return `--secret=${field(`id=${name}`)},env=${variable}`;
  });
  return { env: values, flags };
}

/** A variable that nobody else sets. */
function freeName(taken: Set<string>): string {
  let number = 1;
  while (taken.has(`HALOY_BUILD_SECRET_${number}`)) number += 1;
  const name = `HALOY_BUILD_SECRET_${number}`;
  taken.add(name);
  return name;
}

function checkFits(variable: string, value: string, what: string): void {
  if (value.includes("\0")) {
    throw fail("BUILD_FAILED", {
      message: `Cannot build with the ${what}: its value has a NUL byte in it`,
      hint: "Encode it, as base64 for example, and decode it in the Dockerfile",
    });
  }
  if (Buffer.byteLength(`${variable}=${value}`) < LONGEST_VARIABLE) return;
  throw fail("BUILD_FAILED", {
    message: `Cannot build with the ${what}: its value is longer than ${LONGEST_VARIABLE / 1024} KiB`,
    hint: "Divide it into several, and join them in the Dockerfile",
  });
}

/** A field of a comma-separated flag. */
function field(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
