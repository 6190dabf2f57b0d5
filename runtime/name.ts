/**
 * Which JavaScript runtime this is.
 *
 * @module
 */

import process from "node:process";

/** A runtime's name and version. */
export interface Runtime {
  readonly name: "node" | "deno" | "bun";
  readonly version: string;
}

/** The runtime that runs this code. All three answer as Node, so the others are asked first. */
export function currentRuntime(): Runtime {
  const { bun, deno, node } = process.versions as Readonly<Record<string, string | undefined>>;
  if (bun !== undefined) return { name: "bun", version: bun };
  if (deno !== undefined) return { name: "deno", version: deno };
  return { name: "node", version: node ?? "" };
}
