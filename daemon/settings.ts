/**
 * haloyd's own configuration: `<config-dir>/haloyd.yaml` and where its files are.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { PluginEntry } from "../core/config/types.ts";
import { fail, reasonOf } from "../core/errors.ts";
import type { Choice } from "../core/hooks.ts";

/** `haloyd.yaml`. Keys are snake_case in the file. */
const schema = z.strictObject({
  api: z.strictObject({ domain: z.string().optional() }).default({}),
  router: z.looseObject({ strategy: z.string() }).default({ strategy: "caddy" }),
  plugins: z
    .array(
      z.preprocess(
        (value) => (typeof value === "string" ? { use: value } : value),
        z.strictObject({ use: z.string(), with: z.unknown().optional() }),
      ),
    )
    .default([]),
});

/** Everything the daemon is told before it starts. */
export interface Settings {
  readonly dataDirectory: string;
  readonly configDirectory: string;
  /** The file the rest was read from; it may not exist. */
  readonly file: string;
  /** Host name under which clients reach the API. */
  readonly apiDomain: string | null;
  readonly router: Choice;
  readonly plugins: readonly PluginEntry[];
}

/** Where the daemon's files are, unless told otherwise. */
export const DEFAULT_DATA_DIRECTORY = "/var/lib/haloy";
export const DEFAULT_CONFIG_DIRECTORY = "/etc/haloy";

/** The file with the daemon's configuration. */
export function settingsFile(configDirectory: string): string {
  return join(configDirectory, "haloyd.yaml");
}

/**
 * Read the daemon's configuration; a missing file means all defaults.
 *
 * @throws `SERVER_SETUP_INVALID` with the file and what is wrong in it.
 */
export function readSettings(dataDirectory: string, configDirectory: string): Settings {
  const file = settingsFile(configDirectory);
  let raw: unknown;
  try {
    raw = existsSync(file) ? (parse(readFileSync(file, "utf8")) ?? {}) : {};
  } catch (cause) {
    throw invalid(file, reasonOf(cause));
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".") || "the file"}: ${message}`,
    );
    throw invalid(file, problems.join("; "));
  }
  const { api, router, plugins } = parsed.data;
  return {
    dataDirectory,
    configDirectory,
    file,
    apiDomain: api.domain ?? null,
    router,
    plugins,
  };
}

function invalid(file: string, reason: string): Error {
  return fail("SERVER_SETUP_INVALID", {
    message: `Cannot use ${file}: ${reason}`,
    hint: "Correct the file and start haloyd again",
    at: { file },
  });
}
