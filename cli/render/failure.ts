/**
 * Errors, for people and as JSON.
 *
 * @module
 */

import { basename } from "node:path";
import { ERROR_CODES, type ErrorJson, errorJson } from "../../core/errors.ts";
import { plainText, stderr, stdout } from "../output.ts";
import { dim, mark } from "./style.ts";

/** Print what was thrown. Gives back the exit code. */
export function printFailure(
  thrown: unknown,
  { json, debug }: { readonly json: boolean; readonly debug: boolean },
): number {
  const error = errorJson(thrown);
  if (json) stdout.raw(JSON.stringify({ type: "error", ...error }));
  else for (const line of failureLines(error)) stderr.line(line);
  const expected = error.code !== "INTERNAL";
  if (!expected && debug && thrown instanceof Error && thrown.stack) stderr.line(dim(thrown.stack));
  return ERROR_CODES[error.code] ?? 1;
}

function failureLines(error: ErrorJson): string[] {
  const { code, at, plugin } = error;
  const internal = code === "INTERNAL";
  // The message may quote what a container logged.
  const told = plainText(error.message);
  const message = internal ? `Unexpected error: ${told}` : told;
  const hint = internal
    ? "This is a bug: please report it, with what HALOY_DEBUG=1 adds to this output"
    : error.hint;
  const place = at ? [at.file, at.line, at.column].filter((part) => part !== undefined) : [];
  return [
    `${mark.error} ${message}`,
    // Most messages about a file show the place themselves, by a shorter path.
    ...(at && !message.includes(basename(at.file)) ? [`  in ${place.join(":")}`] : []),
    ...(hint === undefined ? [] : [`${mark.next} ${hint}`]),
    dim(plugin === undefined ? `[${code}]` : `[${code}, plugin ${plugin}]`),
  ];
}
