/**
 * Flags that several commands have.
 *
 * @module
 */

import type {
  InvalidArgumentError as TypedInvalidArgumentError,
  Option as TypedOption,
} from "@commander-js/extra-typings";
import * as commander from "commander";

// The typed package only wraps the plain one: at run time it would cost time for nothing.
const { InvalidArgumentError, Option } = commander as unknown as {
  readonly InvalidArgumentError: typeof TypedInvalidArgumentError;
  readonly Option: typeof TypedOption;
};

export const json: TypedOption<"--json"> = new Option("--json", "print JSON only");

export const config: TypedOption<"-c, --config <path>"> = new Option(
  "-c, --config <path>",
  "config file, or its directory (default: here)",
);

type Names = readonly string[];

export const targets: TypedOption<"-t, --targets <names>", undefined, undefined, Names> =
  new Option("-t, --targets <names>", "targets by name, with commas between").argParser(names);

/** The same flag by another name, so it stands in the help once and its values come together. */
export const target: TypedOption<"--target <names>", undefined, undefined, Names> =
  new (class extends Option<"--target <names>"> {
    override attributeName(): string {
      return targets.attributeName();
    }
  })("--target <names>")
    .argParser(names)
    .hideHelp();

export const all: TypedOption<"-a, --all"> = new Option("-a, --all", "all targets").conflicts(
  "targets",
);

/** {@link all} of a command that changes something. */
export const allUnprotected: TypedOption<"-a, --all"> = new Option(
  "-a, --all",
  "all targets that are not protected",
).conflicts("targets");

export const includeProtected: TypedOption<"--include-protected"> = new Option(
  "--include-protected",
  "with --all: protected targets too",
);

export const noWait: TypedOption<"--no-wait"> = new Option(
  "--no-wait",
  "fail when another deployment of the app is under way",
);

export const noLogs: TypedOption<"--no-logs"> = new Option(
  "--no-logs",
  "leave out the lines of the deployment's log",
);

function names(value: string, before: Names = []): Names {
  const written = value.split(",").map((name) => name.trim());
  if (written.includes("")) throw new InvalidArgumentError("It must be names of targets.");
  return [...before, ...written];
}

/** The value of a flag that is a number of lines. */
export function lineCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError("It must be a number of lines.");
}

/** The value of a flag that is a port. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new InvalidArgumentError("It must be a number from 1 to 65535.");
}
