/**
 * What to write instead of a command line that cannot be understood.
 *
 * @module
 */

import type { Command, CommanderError } from "commander";
import { fail, type HaloyError } from "../core/errors.ts";

/** Commander's error about `args` as one of ours, with a hint that can be typed. */
export function usageError(
  { code, message }: CommanderError,
  program: Command,
  args: readonly string[],
): HaloyError {
  // What is too much may be a token.
  const told = message.replace(/^error: /, "").replace(/(too many .* but got \d+): .*/s, "$1");
  const [problem = "", suggestion] = told.split("\n");
  return fail("USAGE_INVALID", {
    message: `Cannot understand the command line: ${problem.replace(/\.$/, "")}`,
    hint: suggestion?.replace(/^\((.*)\)$/, "$1") ?? advice(code, commandIn(program, args)),
  });
}

function advice(code: string, command: Command): string {
  const name = nameOf(command);
  switch (code) {
    case "commander.unknownCommand":
      return `Commands are ${command.commands.map((one) => one.name()).join(", ")}`;
    case "commander.unknownOption":
      return `Flags of "${name}" are ${flagsOf(command).join(", ")}`;
    case "commander.missingArgument":
      return `Write "${usageOf(command)}"`;
    case "commander.excessArguments":
      return `Write "${withoutExcess(command)}"`;
    case "commander.conflictingOption":
      return "Leave one of them out";
    default:
      return `See "haloy help ${name.replace(/^haloy ?/, "")}"`;
  }
}

/** An argument too many is most likely a server or a target. */
function withoutExcess(command: Command): string {
  const excess = command.args.slice(command.registeredArguments.length).join(",");
  const flag = ["--server", "--targets"].find((one) => flagsOf(command).includes(one));
  return flag ? `${nameOf(command)} ${flag} ${excess}` : usageOf(command);
}

/** The command that `args` name. */
function commandIn(program: Command, args: readonly string[]): Command {
  let command = program;
  for (const arg of args) {
    const next = command.commands.find((one) => one.name() === arg);
    if (!next) return command;
    command = next;
  }
  return command;
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

/** How it is called, without its flags: `haloy server delete <url>`. */
function usageOf(command: Command): string {
  const expected = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  return [nameOf(command), ...expected].join(" ");
}

function flagsOf(command: Command): string[] {
  return command.options.flatMap(({ hidden, long }) => (hidden || !long ? [] : [long]));
}
