/**
 * The tree of commands and flags. What a command does is loaded only when it runs.
 *
 * @module
 */

import type {
  Command as TypedCommand,
  InvalidArgumentError as TypedInvalidArgumentError,
  Option as TypedOption,
} from "@commander-js/extra-typings";
import * as commander from "commander";
import { VERSION } from "../core/version.ts";
import { stdout } from "./output.ts";

// The typed package only wraps the plain one: at run time it would cost time for nothing.
const { Command, InvalidArgumentError, Option } = commander as unknown as {
  readonly Command: typeof TypedCommand;
  readonly InvalidArgumentError: typeof TypedInvalidArgumentError;
  readonly Option: typeof TypedOption;
};

const json = new Option("--json", "print JSON only");
const config = new Option("-c, --config <path>", "config file, or its directory (default: here)");
const all = new Option("-a, --all", "all targets").conflicts("targets");
const targets = new Option(
  "-t, --targets <names>",
  "targets by name, with commas between",
).argParser((value: string, before: readonly string[] = []) => [...before, ...value.split(",")]);
const noWait = new Option("--no-wait", "fail when another deployment of the app is under way");
const noLogs = new Option("--no-logs", "leave out the lines of the deployment's log");

/** The whole tree, new at each call. */
export function createProgram(): TypedCommand {
  const program = new Command("haloy")
    .description("Deploy Docker apps to your own server")
    .version(VERSION, "-V, --version", "print the version")
    .helpCommand("help [command]", "show help for a command")
    .exitOverride()
    // `run` prints errors, in one form for all.
    .configureOutput({ writeOut: (text) => stdout.write(text), outputError: () => {} });
  addRuns(program);
  addQuestions(program);
  addServer(program);
  program
    .command("version")
    .description("print the version of haloy and of its runtime")
    .addOption(json)
    .action(async (options) => (await import("./commands/version.ts")).version(options));
  return program;
}

/** Commands that plan or change what runs. */
function addRuns(program: TypedCommand): void {
  program
    .command("deploy")
    .description("build the image, bring it to the server, run it and switch traffic to it")
    .addOption(config)
    .addOption(targets)
    .addOption(all)
    .addOption(noLogs)
    .addOption(noWait)
    .addOption(json)
    .action(async (options) => (await import("./commands/deploy.ts")).deploy(options));
  program
    .command("rollback")
    .description("bring an earlier release back: the last good one, or that of a deployment")
    .argument("[id]", "deployment ID, see rollback-targets")
    .addOption(config)
    .addOption(targets)
    .addOption(all)
    .addOption(noLogs)
    .addOption(noWait)
    .addOption(json)
    .action(async (id, options) => (await import("./commands/rollback.ts")).rollback(id, options));
  program
    .command("plan")
    .description("show what deploy would do, and change nothing")
    .addOption(config)
    .addOption(targets)
    .addOption(all)
    .addOption(json)
    .action(async (options) => (await import("./commands/plan.ts")).plan(options));
  program
    .command("stop")
    .description("stop the app's containers, without asking")
    .addOption(config)
    .addOption(targets)
    .addOption(all)
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
    .addOption(all)
    .addOption(json)
    .action(async (options) => (await import("./commands/status.ts")).status(options));
  program
    .command("logs")
    .description("show the app's output and follow it")
    .addOption(config)
    .addOption(targets)
    .addOption(all)
    .option("--tail <lines>", "begin with this many lines of the past", lineCount, 100)
    .option("--container <id>", "one container, by ID or name (default: the first)")
    .addOption(new Option("--all-containers", "all containers").conflicts("container"))
    .option("--no-follow", "end after the lines of the past")
    .option("--raw", "print lines exactly as they are, without the container's name")
    .addOption(json)
    .action(async (options) => (await import("./commands/logs.ts")).logs(options));
  program
    .command("rollback-targets")
    .description("list the releases that rollback can bring back")
    .addOption(config)
    .addOption(targets)
    .addOption(all)
    .addOption(json)
    .action(async (options) =>
      (await import("./commands/rollback-targets.ts")).rollbackTargets(options),
    );
  program
    .command("targets")
    .description("list the config's targets, without asking a server")
    .addOption(config)
    .addOption(targets)
    .addOption(json)
    .action(async (options) => (await import("./commands/targets.ts")).targets(options));
  program
    .command("validate-config")
    .description("check the config file, without asking a server")
    .addOption(config)
    .option("--show-resolved-config", "print it with all defaults, secrets masked")
    .addOption(json)
    .action(async (options) =>
      (await import("./commands/validate-config.ts")).validateConfig(options),
    );
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
    .description("print the version of haloyd on a server")
    .addOption(config)
    .option("-s, --server <url>", "this server, instead of the config's")
    .addOption(json)
    .action(async (options) =>
      (await import("./commands/server-version.ts")).serverVersion(options),
    );
}

function lineCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError("It must be a number of lines.");
}
