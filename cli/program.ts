/**
 * The tree of commands and flags. What a command does is loaded only when it runs.
 *
 * @module
 */

import type { Command as TypedCommand, Option as TypedOption } from "@commander-js/extra-typings";
import * as commander from "commander";
import { VERSION } from "../core/version.ts";
import {
  all,
  allUnprotected,
  config,
  includeProtected,
  json,
  lineCount,
  noLogs,
  noWait,
  portNumber,
  target,
  targets,
} from "./flags.ts";
import { stdout } from "./output.ts";
import { addRegistry } from "./registry-program.ts";

// The typed package only wraps the plain one: at run time it would cost time for nothing.
const { Command, Option } = commander as unknown as {
  readonly Command: typeof TypedCommand;
  readonly Option: typeof TypedOption;
};

/** The whole tree, new at each call. Help shows commands in this order. */
export function createProgram(): TypedCommand {
  const program = new Command("haloy")
    .description("Deploy Docker apps to your own server")
    .version(VERSION, "-V, --version", "print the version")
    .helpCommand("help [command]", "show help for a command")
    .exitOverride()
    // `run` prints errors, in one form for all.
    .configureOutput({ writeOut: (text) => stdout.write(text), outputError: () => {} });
  addInit(program);
  addRuns(program);
  addQuestions(program);
  addConfig(program);
  addSchema(program);
  addServer(program);
  program
    .command("version")
    .description("print the version of haloy and of its runtime")
    .addOption(json)
    .action(async (options) => (await import("./commands/version.ts")).version(options));
  return program;
}

function addInit(program: TypedCommand): void {
  program
    .command("init")
    .description("write a config for the Dockerfile in a directory")
    .argument("[directory]", "where the app is (default: here)")
    .option("--name <app>", "the app's name (default: the project's, else the directory's)")
    .option("--server <url>", "the server to deploy to (default: the only one you have added)")
    .option("--port <number>", "the app's port (default: what the Dockerfile exposes)", portNumber)
    .option("--ts", "write a config in TypeScript instead of haloy.yaml")
    .option("-f, --force", "also where a config is already")
    .addOption(json)
    .action(async (directory, options) =>
      (await import("./commands/init.ts")).init(directory, options),
    );
}

/** Commands that plan or change what runs. */
function addRuns(program: TypedCommand): void {
  program
    .command("deploy")
    .description("build images, bring them to servers, run them and switch traffic to them")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(allUnprotected)
    .addOption(includeProtected)
    .addOption(noLogs)
    .addOption(noWait)
    .addOption(json)
    .action(async (options) => (await import("./commands/deploy.ts")).deploy(options));
  program
    .command("plan")
    .description("show what deploy would do, and change nothing")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(allUnprotected)
    .addOption(includeProtected)
    .addOption(json)
    .action(async (options) => (await import("./commands/plan.ts")).plan(options));
  program
    .command("rollback")
    .description("bring an earlier release back: the last good one, or that of a deployment")
    .argument("[id]", "deployment ID, see rollback-targets; for one target")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(allUnprotected)
    .addOption(includeProtected)
    .addOption(noLogs)
    .addOption(noWait)
    .addOption(json)
    .action(async (id, options) => (await import("./commands/rollback.ts")).rollback(id, options));
  program
    .command("stop")
    .description("stop the app's containers, without asking")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(allUnprotected)
    .addOption(includeProtected)
    .option("-r, --remove-containers", "remove them too")
    .addOption(json)
    .action(async (options) => (await import("./commands/stop.ts")).stop(options));
}

/** Commands that only read. */
function addQuestions(program: TypedCommand): void {
  program
    .command("status")
    .description("show what runs")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(all)
    .addOption(json)
    .action(async (options) => (await import("./commands/status.ts")).status(options));
  program
    .command("logs")
    .description("show the app's output and follow it")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(all)
    .option("--tail <lines>", "begin with this many lines of the past", lineCount, 100)
    .option("--container <id>", "one container, by ID or name (default: the first)")
    .addOption(new Option("--all-containers", "all containers").conflicts("container"))
    .option("--no-follow", "end after the lines of the past")
    .option("--raw", "print lines exactly as they are, without the names of their sources")
    .addOption(json)
    .action(async (options) => (await import("./commands/logs.ts")).logs(options));
  program
    .command("rollback-targets")
    .description("list the releases that rollback can bring back")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(all)
    .addOption(json)
    .action(async (options) =>
      (await import("./commands/rollback-targets.ts")).rollbackTargets(options),
    );
}

/** Commands about the config alone. */
function addConfig(program: TypedCommand): void {
  program
    .command("targets")
    .description("list the config's targets, without asking a server")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(all)
    .addOption(json)
    .action(async (options) => (await import("./commands/targets.ts")).targets(options));
  program
    .command("validate-config")
    .description("check the config and what it names, without asking a server")
    .addOption(config)
    .option("--show-resolved-config", "print every target with all its settings, secrets masked")
    .option("--reveal", "with --show-resolved-config: print values in clear")
    .addOption(json)
    .action(async (options) =>
      (await import("./commands/validate-config.ts")).validateConfig(options),
    );
}

function addSchema(program: TypedCommand): void {
  program
    .command("schema")
    .description("print the JSON Schema of the config for editors, its plugins' options included")
    .addOption(config)
    .addOption(
      new Option(
        "--format <format>",
        "spelling of keys (default: the config's, else yaml)",
      ).choices(["yaml", "json", "toml"] as const),
    )
    .option("-o, --output <file>", "write it to a file")
    .addOption(json)
    .action(async (options) => (await import("./commands/schema.ts")).schema(options));
}

/** `haloy server …`. */
function addServer(program: TypedCommand): void {
  const server = program.command("server").description("manage the servers you deploy to");
  server
    .command("add")
    .description("store a server and its API token")
    .argument("<url>", "host name of the server, or its URL")
    .argument("[token]", "API token; others on this computer can see it while the command runs")
    .option("--token-stdin", "read the token from standard input")
    .option("-f, --force", "replace the token of a server that is there already")
    .addOption(json)
    .action(async (url, token, options) =>
      (await import("./commands/server-add.ts")).serverAdd(url, token, options),
    );
  server
    .command("list")
    .description("list the stored servers")
    .addOption(json)
    .action(async (options) => (await import("./commands/server-list.ts")).serverList(options));
  server
    .command("delete")
    .description("forget a server and its token")
    .argument("<url>", "host name of the server, or its URL")
    .addOption(json)
    .action(async (url, options) =>
      (await import("./commands/server-delete.ts")).serverDelete(url, options),
    );
  server
    .command("version")
    .description("print the version of haloyd on servers")
    .addOption(config)
    .addOption(targets)
    .addOption(target)
    .addOption(all)
    .addOption(
      new Option("-s, --server <url>", "this server, instead of the config's").conflicts([
        "targets",
        "all",
      ]),
    )
    .addOption(json)
    .action(async (options) =>
      (await import("./commands/server-version.ts")).serverVersion(options),
    );
  addRegistry(server);
}
