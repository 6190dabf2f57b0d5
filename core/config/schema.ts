/**
 * The configuration's schema: the single source for validation, types and defaults.
 * Keys are camelCase here; `source.ts` maps the snake_case of YAML to them. Rules between
 * fields are in `rules.ts`. Messages follow a path: "must be …", "is …", "needs …".
 *
 * @module
 */

import { z } from "zod";
import { parseReference } from "../reference.ts";
import { hostName, urlPath } from "./names.ts";
import { parseSecretReference } from "./secret-reference.ts";
import type { Config, ConfigInput, PluginEntry } from "./types.ts";

/** App names become image repositories and container names, so upper case is refused (OCI spec). */
const APP_NAME = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

const from = z
  .strictObject({
    env: z.string().min(1).optional().describe("Name of an environment variable"),
    secret: z
      .string()
      .refine((text) => parseSecretReference(text) !== null, {
        message: `must look like "provider:source:key"`,
      })
      .optional()
      .describe("A secret: provider:source:key"),
  })
  .refine((value) => (value.env === undefined) !== (value.secret === undefined), {
    message: `needs exactly one of "env" and "secret"`,
  });

const sourceShape = {
  value: z.string().optional().describe("The value itself; may be empty"),
  from: from.optional().describe("Where the value comes from"),
};
const exactlyOne = {
  message: `needs exactly one of "value" and "from"`,
};
const hasOne = (entry: { value?: unknown; from?: unknown }) =>
  (entry.value === undefined) !== (entry.from === undefined);

const valueSource = z.strictObject(sourceShape).refine(hasOne, exactlyOne);

const envName = z
  .string()
  .regex(ENV_NAME, "must be letters, digits, underscores, dots and dashes, no digit first");
const envEntry = z.strictObject({ name: envName, ...sourceShape }).refine(hasOne, exactlyOne);

/** A build argument that is only a name gets its value from the variable of that name. */
const buildArgument = z
  .strictObject({ name: envName, ...sourceShape })
  .refine((entry) => entry.value === undefined || entry.from === undefined, exactlyOne)
  .transform((entry) =>
    entry.value === undefined && entry.from === undefined
      ? { ...entry, from: { env: entry.name } }
      : entry,
  );

const choice = (fallback: string) =>
  z.looseObject({ strategy: z.string().min(1) }).prefault({ strategy: fallback });

const reference = z.string().superRefine((text, context) => {
  const parsed = parseReference(text);
  if ("problem" in parsed) context.addIssue({ code: "custom", message: parsed.problem });
});

const buildConfig = z.strictObject({
  context: z.string().min(1).default(".").describe("Build context, relative to this file"),
  dockerfile: z.string().min(1).default("Dockerfile").describe("Relative to this file"),
  platform: z
    .string()
    .regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/, `must look like "linux/amd64"`)
    .default("linux/amd64"),
  args: z.array(buildArgument).default([]).describe("Build arguments"),
  push: z.string().min(1).optional().describe("Push strategy; chosen automatically when absent"),
});

const imageFields = {
  repository: reference.optional().describe("Image name; the app's name when absent"),
  tag: z
    .string()
    .regex(/^\w[\w.-]{0,127}$/, "must be 1 to 128 letters, digits, dots, dashes or underscores")
    .optional(),
  pullPolicy: z.enum(["always", "if_missing", "never"]).default("always"),
  history: choice("local").describe("How earlier releases are kept for a rollback"),
  build: z.boolean().optional().describe("Whether to build the image here"),
  buildConfig: buildConfig.optional(),
};

/** Say what is expected where a shorthand makes it more than one type. */
function wrongType(expected: string): z.core.$ZodErrorMap {
  return ({ code, input }) =>
    code === "invalid_type" && input !== undefined ? `must be ${expected}` : undefined;
}

/** `image: "nginx:alpine"` is short for `image: { repository: "nginx:alpine" }`. */
const image = z.preprocess(
  (value) => (typeof value === "string" ? { repository: value } : value),
  z.strictObject(imageFields, { error: wrongType("a string or a map") }),
);

const port = z.preprocess(
  (value) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value),
  z.int().min(1).max(65535),
);

/** Fields of a target. */
const targetShape = {
  name: z
    .string()
    .max(63)
    .regex(APP_NAME, "must be lower case letters, digits, dashes and underscores")
    .describe("The app's name"),
  server: z.string().min(1).optional().describe("Host name of the server that runs haloyd"),
  apiToken: valueSource.optional().describe("Token for the server's API"),
  image: image.optional().describe("The image to run, or how to build it"),
  port: port.default(8080).describe("Port the app listens on inside its container"),
  domains: z
    .array(z.strictObject({ domain: hostName, aliases: z.array(hostName).default([]) }))
    .default([])
    .describe("Host names that lead to the app"),
  env: z.array(envEntry).default([]).describe("Environment of the containers"),
  replicas: z.int().min(1).max(100).default(1).describe("Number of containers"),
  healthCheckPath: urlPath
    .default("/")
    .describe("Path that answers 2xx or 3xx when the app is healthy"),
  minReadySeconds: z.int().min(0).max(600).default(0).describe("How long it must stay healthy"),
  deploymentStrategy: z.enum(["rolling", "replace"]).default("rolling"),
};

const pluginEntry: z.ZodType<PluginEntry> = z.preprocess(
  (value) =>
    typeof value === "string" || (value !== null && typeof value === "object" && "setup" in value)
      ? { use: value }
      : value,
  z.strictObject(
    {
      use: z.unknown().refine(isUsable, { message: "must be a plugin's name, package or path" }),
      with: z.unknown().optional().describe("The plugin's options"),
    },
    { error: wrongType(`a name, or a map with "use" and "with"`) },
  ),
);

function isUsable(use: unknown): boolean {
  if (typeof use === "string") return use.trim() !== "";
  return typeof use === "object" && use !== null && "setup" in use;
}

/** The whole file: what is written in, what it means with all defaults out. */
export const configSchema: z.ZodType<Config, ConfigInput> = z.strictObject({
  ...targetShape,
  plugins: z.array(pluginEntry).default([]).describe("Plugins beyond the built-in ones"),
  secretProviders: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe("Sources of secrets, by provider and name"),
}) as unknown as z.ZodType<Config, ConfigInput>;
