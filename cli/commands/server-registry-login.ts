/**
 * `haloy server registry login <registry>`.
 *
 * @module
 */

import process from "node:process";
import { checkLogin, logIn, MAX_PASSWORD } from "../../client/registries.ts";
import { fail, type HaloyError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { stdout } from "../output.ts";
import { bold, mark } from "../render/style.ts";
import { onServers, type RegistryFlags } from "./server-registry.ts";

/** Flags of `server registry login`. */
export interface RegistryLoginFlags extends RegistryFlags {
  readonly username?: string | undefined;
  readonly passwordStdin?: true | undefined;
  /** Only to be refused. */
  readonly password?: string | undefined;
}

/**
 * Have servers log in to a registry, with the password on standard input. `written`: all that
 * stands on the command line besides flags, of which only the first should be there.
 */
export async function registryLogin(
  written: readonly string[],
  flags: RegistryLoginFlags,
): Promise<void> {
  const [registry = "", ...excess] = written;
  // Whatever was typed too much may be a password, so none of it is repeated.
  if (flags.password !== undefined || excess.length > 0) {
    throw usage(
      "Cannot log in: a password on the command line can be seen by others on this computer, and stays in your shell's history",
      "<registry>",
      flags,
    );
  }
  const { username } = flags;
  if (username === undefined) {
    throw usage(`Cannot log in to ${registry}: no user name is given`, registry, flags);
  }
  const login = checkLogin(registry, username);
  const password = await readPassword(login.registry, flags);
  await onServers(
    flags,
    (choice, options) => logIn(choice, { ...login, password }, options),
    (done) => {
      for (const { server, answer } of done) {
        const { registry, username } = answer;
        stdout.line(`${mark.done} Logged in to ${bold(registry)} as ${username} on ${server}`);
      }
    },
  );
}

/** The whole of standard input, without the line break that `echo` adds. */
async function readPassword(registry: string, flags: RegistryLoginFlags): Promise<Secret> {
  const cannot = (problem: string, question?: string) =>
    usage(`Cannot log in to ${registry}: ${problem}`, registry, flags, question);
  if (!flags.passwordStdin) throw cannot("no password is given");
  if (process.stdin.isTTY) {
    throw cannot("standard input is a terminal, which would show the password");
  }
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += chunk;
    if (text.length > MAX_PASSWORD) {
      throw cannot(`standard input has more than ${MAX_PASSWORD} characters`);
    }
  }
  const password = text.replace(/\r?\n$/, "");
  if (password.trim() === "") throw cannot("standard input is empty", "Is the variable set? ");
  return new Secret(password);
}

function usage(
  message: string,
  registry: string,
  { username = "<name>" }: RegistryLoginFlags,
  question: string = "",
): HaloyError {
  const command = `haloy server registry login ${registry} --username ${username} --password-stdin`;
  return fail("USAGE_INVALID", {
    message,
    hint: `${question}Pipe it in: printf '%s' "$TOKEN" | ${command}`,
  });
}
