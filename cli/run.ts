/**
 * One run of the command line: arguments in, exit code out.
 *
 * @module
 */

import process from "node:process";
import { CommanderError } from "commander";
import { fail, type HaloyError } from "../core/errors.ts";
import { createProgram } from "./program.ts";

/** Run the command that `args` name. Gives back the exit code; prints every error. */
export async function run(args: readonly string[]): Promise<number> {
  const program = createProgram();
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError && /^commander\.(help|version)/.test(thrown.code)) {
      return thrown.exitCode;
    }
    const { printFailure } = await import("./render/failure.ts");
    return printFailure(thrown instanceof CommanderError ? usageError(thrown) : thrown, {
      json: args.includes("--json"),
      debug: process.env.HALOY_DEBUG === "1",
    });
  }
}

/** Commander's "error: unknown option '--jsn'\n(Did you mean --json?)" as one of our errors. */
function usageError({ message }: CommanderError): HaloyError {
  const [problem = "", suggestion] = message.replace(/^error: /, "").split("\n");
  return fail("USAGE_INVALID", {
    message: `Cannot understand the command line: ${problem.replace(/\.$/, "")}`,
    hint: suggestion?.replace(/^\((.*)\)$/, "$1") ?? `See "haloy help" and "haloy help <command>"`,
  });
}
