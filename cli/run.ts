/**
 * One run of the command line: arguments in, exit code out.
 *
 * @module
 */

import process from "node:process";
import { type Command, CommanderError } from "commander";
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
    return printFailure(await explained(thrown, program, args), {
      json: args.includes("--json"),
      debug: process.env.HALOY_DEBUG === "1",
    });
  }
}

async function explained(
  thrown: unknown,
  program: Pick<ReturnType<typeof createProgram>, "commands">,
  args: readonly string[],
): Promise<unknown> {
  if (!(thrown instanceof CommanderError)) return thrown;
  const { usageError } = await import("./usage.ts");
  return usageError(thrown, program as unknown as Command, args);
}
