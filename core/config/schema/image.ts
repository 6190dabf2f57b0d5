/**
 * `image`: what runs, how it is built, how it travels and how its releases are kept
 * (founding document, "Basic Image Configuration" and after).
 *
 * @module
 */

import { z } from "zod";
import { parseReference } from "../../reference.ts";
import { BUILD_DEFAULTS, IMAGE_DEFAULTS } from "../defaults.ts";
import type { ImageInput, WrittenImage } from "../types.ts";
import { passedOn, valueSource } from "./values.ts";
import { expecting, orShort, text, withDefault } from "./words.ts";

const reference = z
  .string()
  .superRefine((written, context) => {
    const parsed = parseReference(written);
    if ("problem" in parsed)
      context.addIssue({ code: "custom", message: `is no image reference: ${parsed.problem}` });
  })
  .meta({ id: "imageReference" });

const platform = z
  .string()
  .regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/, `must look like "linux/amd64"`)
  .meta({ id: "platform" });

const buildFields = {
  context: withDefault(text, BUILD_DEFAULTS.context).describe(
    "Build context: a directory, relative to this file",
  ),
  dockerfile: withDefault(text, BUILD_DEFAULTS.dockerfile).describe(
    "The Dockerfile, relative to this file",
  ),
  platform: withDefault(
    orShort(
      z.array(platform, expecting("a platform, or a list of them")).min(1),
      platform,
      (one) => [one],
    ),
    BUILD_DEFAULTS.platform,
  ).describe("What the image is built for: one platform, or several where the builder can"),
  args: withDefault(z.array(passedOn), BUILD_DEFAULTS.args).describe(
    "Build arguments. One that is only a name gets the value of that environment variable",
  ),
  push: text
    .optional()
    .describe(
      "Where to push: `server` or `registry`, or a plugin's strategy. By default `registry` when the image has a `registry`, else `server`",
    ),
  target: text.optional().describe("The stage of the Dockerfile to build; by default the last"),
  secrets: withDefault(z.array(passedOn), BUILD_DEFAULTS.secrets).describe(
    "Secrets for `RUN --mount=type=secret`, by ID. They are in no layer and no history",
  ),
  cacheFrom: withDefault(z.array(text), BUILD_DEFAULTS.cacheFrom).describe(
    "Where BuildKit looks for cached layers, as in `docker build --cache-from`",
  ),
  cacheTo: withDefault(z.array(text), BUILD_DEFAULTS.cacheTo).describe(
    "Where BuildKit keeps cached layers, as in `docker build --cache-to`",
  ),
};
const buildConfig = z.strictObject(buildFields).meta({ id: "buildConfig" });

const registryFields = {
  server: z
    .string()
    .regex(/^[a-zA-Z0-9.-]+(?::\d+)?$/, `must be a host name such as "ghcr.io", without a path`)
    .optional()
    .describe("The registry's host; by default that of the repository"),
  username: valueSource.describe("User name"),
  password: valueSource.describe("Password or access token"),
};
const registry = z.strictObject(registryFields).meta({ id: "registry" });

const history = z
  .looseObject({
    strategy: text.optional().describe("`local`, `registry`, `none`, or a plugin's strategy"),
  })
  .meta({ id: "history" });

const imageFields = {
  repository: reference
    .optional()
    .describe("Image name, with a tag or digest if you like; by default the app's name"),
  tag: z
    .string()
    .regex(/^\w[\w.-]{0,127}$/, "must be 1 to 128 letters, digits, dots, dashes or underscores")
    .optional()
    .describe("Image tag; by default `latest`"),
  pullPolicy: withDefault(
    z.enum(["always", "if_missing", "never"]),
    IMAGE_DEFAULTS.pullPolicy,
  ).describe("When the server asks the registry for the image"),
  history: withDefault(history, IMAGE_DEFAULTS.history).describe(
    "How earlier releases are kept for a rollback",
  ),
  registry: registry.optional().describe("Login for a private registry"),
  build: z
    .boolean()
    .optional()
    .describe(
      "Whether to build the image here; by default when there is a `build_config` or no image is named",
    ),
  buildConfig: buildConfig.optional().describe("How to build the image"),
};

/** `image: "nginx:alpine"` is short for `image: { repository: "nginx:alpine" }`. */
export const image: z.ZodType<WrittenImage, string | ImageInput> = orShort(
  z.strictObject(imageFields, expecting("a string or a map")),
  reference,
  (repository) => ({ repository }),
).meta({ id: "image" });
