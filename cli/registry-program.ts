/**
 * The part of the tree of commands below `haloy server registry`.
 *
 * @module
 */

import type { Command as TypedCommand, Option as TypedOption } from "@commander-js/extra-typings";
import * as commander from "commander";
import { all, config, json, target, targets } from "./flags.ts";

// The typed package only wraps the plain one: at run time it would cost time for nothing.
const { Option } = commander as unknown as { readonly Option: typeof TypedOption };

/** `haloy server registry …`, added to `haloy server`. */
export function addRegistry(server: TypedCommand): void {
  const named = new Option("-s, --server <url>", "this server, instead of the config's").conflicts([
    "targets",
    "all",
  ]);
  const registry = server
    .command("registry")
    .description("manage the registries that servers are logged in to");
  registry
    .command("login")
    .description("have servers log in to a registry, for images without a login in their config")
    .argument("<registry>", `host name of the registry: docker.io, ghcr.io, localhost:5000`)
    // What is too much may be a password, so the command itself says what is wrong.
    .allowExcessArguments()
    .option("-u, --username <name>", "user name at the registry")
    .option("--password-stdin", "read the password or token from standard input")
    .addOption(new Option("-p, --password <password>").hideHelp())
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(all)
    .addOption(named)
    .addOption(json)
    .action(async (_registry, options, { args }) =>
      (await import("./commands/server-registry-login.ts")).registryLogin(args, options),
    );
  registry
    .command("list")
    .description("list the registries that servers are logged in to, without passwords")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(all)
    .addOption(named)
    .addOption(json)
    .action(async (options) =>
      (await import("./commands/server-registry-list.ts")).registryList(options),
    );
  registry
    .command("logout")
    .description("have servers forget their login at a registry")
    .argument("<registry>", "host name of the registry")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(all)
    .addOption(named)
    .addOption(json)
    .action(async (registry, options) =>
      (await import("./commands/server-registry-logout.ts")).registryLogout(registry, options),
    );
}
