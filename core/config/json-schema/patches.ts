/**
 * What zod cannot tell about a schema because it is code there: by the `id` of the schema.
 * Keys are camelCase, as in the zod schemas.
 *
 * @module
 */

import { eitherOr, type JsonSchema, notBoth } from "./keywords.ts";
import * as patterns from "./patterns.ts";

const NOT_AN_IMAGE =
  "Must be an image such as ghcr.io/org/app:v1, in lower case and without white space";

/** Keywords to add, or to put in the place of others; those of `properties` one by one. */
const PATCHES: Readonly<Record<string, JsonSchema>> = {
  imageReference: {
    title: "Image reference",
    pattern: patterns.REFERENCE,
    patternErrorMessage: NOT_AN_IMAGE,
    examples: ["nginx:alpine", "ghcr.io/org/app:v1.2.3"],
  },
  image: {
    title: "Image",
    pattern: patterns.REFERENCE,
    patternErrorMessage: NOT_AN_IMAGE,
    examples: ["nginx:alpine"],
  },
  buildConfig: {
    title: "Build",
    properties: { args: { uniqueItems: true }, secrets: { uniqueItems: true } },
  },
  platform: { title: "Platform", examples: ["linux/amd64", "linux/arm64"] },
  registry: { title: "Registry login" },
  history: {
    title: "Image history",
    properties: {
      count: { description: "How many releases are kept: at least 1" },
      pattern: {
        description: "With `registry`: which tags are releases, as a glob",
        examples: ["v*"],
      },
    },
  },
  valueFrom: {
    title: "Where a value comes from",
    ...eitherOr("env", "secret"),
  },
  valueSource: {
    title: "Value",
    ...eitherOr("value", "from"),
  },
  secretReference: {
    title: "Secret",
    pattern: patterns.SECRET_REFERENCE,
    patternErrorMessage: "Must look like provider:source:key",
    examples: ["onepassword:production:api-key"],
  },
  envName: { title: "Name of a variable" },
  envVariable: {
    title: "Environment variable",
    ...eitherOr("value", "from"),
  },
  passedOn: {
    title: "Build argument or build secret",
    allOf: [notBoth("value", "from")],
  },
  domain: { title: "Domain" },
  hostName: {
    title: "Host name",
    pattern: patterns.HOST_NAME,
    patternErrorMessage: "Must be a host name alone, such as app.example.com",
    not: { pattern: patterns.ENDS_IN_NUMBER },
    examples: ["app.example.com"],
  },
  port: {
    title: "Port",
    type: ["integer", "string"],
    pattern: patterns.PORT,
    patternErrorMessage: "Must be a number from 1 to 65535",
  },
  volume: {
    title: "Volume",
    pattern: patterns.VOLUME,
    patternErrorMessage: "Must look like name:/path or /path/on/server:/path, with :ro if you like",
    examples: ["data:/var/lib/app", "/srv/files:/files:ro"],
  },
  memory: {
    title: "Memory",
    type: ["number", "string"],
    minimum: 6 * 1024 * 1024,
    pattern: patterns.MEMORY,
    patternErrorMessage: "Must be an amount of memory, such as 512m or 2g",
    examples: ["512m", "2g"],
  },
  processors: {
    title: "Processors",
    type: ["number", "string"],
    minimum: 0.01,
    maximum: 4096,
    pattern: patterns.PROCESSORS,
    patternErrorMessage: "Must be a number of processors, such as 0.5",
    examples: [0.5, 2],
  },
  log: { title: "Log" },
  target: { title: "Target" },
  plugin: {
    title: "Plugin",
    type: ["string", "object"],
    pattern: patterns.SOMETHING,
    required: ["use"],
    properties: { use: { type: "string", pattern: patterns.SOMETHING } },
  },
};

/** `definitions` with what zod cannot tell about them. */
export function patched(
  definitions: Readonly<Record<string, JsonSchema>>,
): Record<string, JsonSchema> {
  const entries = Object.entries(definitions).map(([id, json]): [string, JsonSchema] => {
    const { properties = {}, ...keywords } = PATCHES[id] ?? {};
    const changed = Object.entries(properties).map(([key, patch]): [string, JsonSchema] => [
      key,
      { ...(json.properties?.[key] as JsonSchema), ...(patch as JsonSchema) },
    ]);
    const all = { ...json.properties, ...Object.fromEntries(changed) };
    return [
      id,
      { title: id, ...json, ...keywords, ...(json.properties ? { properties: all } : {}) },
    ];
  });
  return Object.fromEntries(entries);
}
