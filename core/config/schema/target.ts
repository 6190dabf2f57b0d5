/**
 * What may be written for one target, and at the top for all of them.
 *
 * @module
 */

import { z } from "zod";
import { parseVolume } from "../../volume.ts";
import { TARGET_DEFAULTS } from "../defaults.ts";
import { appName, hostName, urlPath } from "../names.ts";
import type { TargetInput, WrittenTarget } from "../types.ts";
import { image } from "./image.ts";
import { bytes, processors } from "./limits.ts";
import { envVariable, valueSource } from "./values.ts";
import { commands, expecting, prepared, text, withDefault } from "./words.ts";

const port = prepared(
  (value) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value),
  z.int().min(1).max(65535),
).meta({ id: "port" }) as unknown as z.ZodType<number, number | string>;

const volume = z
  .string()
  .superRefine((written, context) => {
    const parsed = parseVolume(written);
    if ("problem" in parsed) context.addIssue({ code: "custom", message: parsed.problem });
  })
  .meta({ id: "volume" });

const domain = z
  .strictObject(
    {
      domain: hostName.describe("Host name; the first label may be `*`"),
      aliases: withDefault(z.array(hostName), []).describe("Other host names of the same app"),
    },
    expecting(`a map with "domain"`),
  )
  .meta({ id: "domain" });

const log = z
  .strictObject({
    driver: text.optional().describe("Docker's logging driver; by default the engine's own"),
    options: withDefault(z.record(z.string(), z.string()), {}).describe(
      "Options of the driver, for example `max-size`",
    ),
  })
  .meta({ id: "log" });

/** Docker's own rule for names of networks. */
const NETWORK = /^[a-zA-Z0-9][a-zA-Z0-9_.:-]*$/;

/** Fields of a target; nothing is required, because the rest may be written elsewhere. */
export const targetShape: {
  readonly [Key in keyof TargetInput]-?: z.ZodType<WrittenTarget[Key], TargetInput[Key]>;
} = {
  name: appName.optional().describe("The app's name; by default the target's name"),
  preset: z
    .enum(["database", "service"])
    .optional()
    .describe("Defaults for a kind of app: see the table of presets"),
  image: image.optional().describe("The image to run, or how to build it"),
  imageKey: text.optional().describe("One of `images`, instead of `image`"),
  server: text
    .optional()
    .describe("Host name of the server that runs haloyd; by default the only one you added"),
  apiToken: valueSource
    .optional()
    .describe("Token for the server's API; by default the one stored with `haloy server add`"),
  port: withDefault(port, TARGET_DEFAULTS.port).describe(
    "Port the app listens on inside its container",
  ),
  domains: withDefault(z.array(domain), TARGET_DEFAULTS.domains).describe(
    "Host names that lead to the app",
  ),
  env: withDefault(z.array(envVariable), TARGET_DEFAULTS.env).describe(
    "Environment of the containers",
  ),
  replicas: withDefault(z.int().min(1).max(100), TARGET_DEFAULTS.replicas).describe(
    "Number of containers",
  ),
  healthCheckPath: withDefault(urlPath, TARGET_DEFAULTS.healthCheckPath).describe(
    "Path that answers 2xx or 3xx when the app is healthy",
  ),
  minReadySeconds: withDefault(z.int().min(0).max(600), TARGET_DEFAULTS.minReadySeconds).describe(
    "How long a new container must stay healthy before it gets traffic",
  ),
  deploymentStrategy: withDefault(
    z.enum(["rolling", "replace"]),
    TARGET_DEFAULTS.deploymentStrategy,
  ).describe(
    "`rolling` starts the new version beside the old one, `replace` stops the old one first",
  ),
  namingStrategy: withDefault(
    z.enum(["dynamic", "static"]),
    TARGET_DEFAULTS.namingStrategy,
  ).describe(
    "`dynamic` puts the deployment's ID into container names, `static` uses the app's name",
  ),
  protected: withDefault(z.boolean(), TARGET_DEFAULTS.protected).describe(
    "Leave the target out of `--all`, unless `--include-protected` is given",
  ),
  volumes: withDefault(z.array(volume), TARGET_DEFAULTS.volumes).describe(
    "What the containers mount: `name:/path` or `/path/on/server:/path`, with `:ro` if you like",
  ),
  network: z
    .string()
    .regex(NETWORK, "must be the name of a Docker network")
    .optional()
    .describe("Docker network to join; by default Haloy's own"),
  preDeploy: withDefault(commands, TARGET_DEFAULTS.preDeploy).describe(
    "Commands to run here before the build",
  ),
  postDeploy: withDefault(commands, TARGET_DEFAULTS.postDeploy).describe(
    "Commands to run here after the target's deployment, whatever its outcome; also when a command before it fails, once the target's `pre_deploy` has begun",
  ),
  cpus: processors.optional().describe("Processors a container may use, at most: `0.5`"),
  memory: bytes
    .optional()
    .describe("Memory a container may use: `512m`, `2g`, or a number of bytes"),
  command: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("Command and arguments, instead of the image's"),
  log: log.optional().describe("What the engine does with the containers' output"),
  labels: withDefault(z.record(z.string(), z.string()), TARGET_DEFAULTS.labels).describe(
    "Labels of the containers",
  ),
};
