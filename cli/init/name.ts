/**
 * Names for an app: what a project calls itself, made into what images and containers may be
 * called.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse } from "jsonc-parser";

/** Files that say a project's name, in the order in which they are asked. */
const MANIFESTS = ["package.json", "deno.json", "deno.jsonc"] as const;
const LONGEST = 63;

/** The name of the project in `directory` (absolute), as {@link validName} makes it. */
export async function projectName(directory: string): Promise<string> {
  for (const manifest of MANIFESTS) {
    const text = await readFile(join(directory, manifest), "utf8").catch(() => "");
    const name: unknown = parse(text)?.name;
    // `@acme/shop` is called shop.
    const valid = typeof name === "string" ? validName(name.replace(/^@[^/]*\//, "")) : "";
    if (valid !== "") return valid;
  }
  return validName(basename(directory)) || "app";
}

/**
 * `text` as an app's name, which is part of image and container names: lower case letters,
 * digits, dashes and underscores. A valid name stays as it is; nothing may be left.
 */
export function validName(text: string): string {
  return (
    text
      // Letters without their accents.
      .normalize("NFKD")
      .replace(/\p{Mark}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, "-")
      // Image names allow dashes, or one or two underscores, between letters: no mixture.
      .replace(/[_-]+/g, (run) => (/^(?:-+|__?)$/.test(run) ? run : "-"))
      .replace(/^[_-]+/, "")
      .slice(0, LONGEST)
      .replace(/[_-]+$/, "")
  );
}
