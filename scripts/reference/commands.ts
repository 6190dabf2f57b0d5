/**
 * The commands, from the tree that the command line itself uses.
 *
 * @module
 */

import { createProgram } from "../../cli/program.ts";
import { code, table } from "./table.ts";

type Command = ReturnType<typeof createProgram>;

/** All commands, each with its arguments and flags. */
export function commands(): string {
  return leaves(createProgram(), []).map(section).join("\n\n");
}

interface Leaf {
  readonly path: readonly string[];
  readonly command: Command;
}

function leaves(command: Command, path: readonly string[]): Leaf[] {
  const name = [...path, command.name()];
  if (command.commands.length === 0) return [{ path: name, command }];
  return command.commands.flatMap((inner) => leaves(inner as unknown as Command, name));
}

function section({ path, command }: Leaf): string {
  const line = `${path.join(" ")} ${command.usage()}`.trim();
  const sentence = command.description();
  const rows = [
    ...command.registeredArguments.map((argument) => [
      code(argument.required ? `<${argument.name()}>` : `[${argument.name()}]`),
      argument.description,
    ]),
    ...command.options
      .filter(({ hidden }) => !hidden)
      .map((option) => [code(option.flags), described(option)]),
  ];
  return [
    `## ${path.join(" ")}`,
    `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`,
    `\`\`\`sh\n${line}\n\`\`\``,
    ...(rows.length > 0 ? [table(["", ""], rows)] : []),
  ].join("\n\n");
}

function described({ description, argChoices, defaultValue, negate }: Command["options"][number]) {
  const choices = argChoices ? `: ${argChoices.map((word) => code(word)).join(", ")}` : "";
  const preset = defaultValue === undefined || negate ? "" : ` (default: ${String(defaultValue)})`;
  return `${description}${choices}${preset}`;
}
