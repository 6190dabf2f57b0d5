/**
 * The configuration's schema: the single source for validation, for the shape of keys, for the
 * JSON Schema and for the reference in `docs/`.
 *
 * It checks each layer as it is written: keys are camelCase here (`source.ts` maps the snake_case
 * of YAML and TOML to them), nothing is filled in. Inheritance and defaults are in `resolve.ts`,
 * rules between fields in `rules/`. Messages follow a path: "must be …", "is …", "needs …".
 *
 * @module
 */

import { z } from "zod";
import type {
  ConfigInput,
  PluginEntry,
  PluginInput,
  TargetInput,
  Written,
  WrittenTarget,
} from "../types.ts";
import { image } from "./image.ts";
import { targetShape } from "./target.ts";
import { commands, expecting, prepared } from "./words.ts";

const pluginEntry = prepared(
  (value) =>
    typeof value === "string" || (value !== null && typeof value === "object" && "setup" in value)
      ? { use: value }
      : value,
  z.strictObject(
    {
      use: z
        .unknown()
        .refine(isUsable, {
          error: ({ input }) =>
            input === undefined ? "is missing" : "must be a plugin's name, package or path",
        })
        .describe("A built-in plugin, a package, or a path from this file's directory"),
      with: z.unknown().optional().describe("The plugin's options"),
    },
    expecting(`a name, or a map with "use" and "with"`),
  ),
).meta({ id: "plugin" }) as unknown as z.ZodType<PluginEntry, PluginInput>;

function isUsable(use: unknown): boolean {
  if (typeof use === "string") return use.trim() !== "";
  return typeof use === "object" && use !== null && "setup" in use;
}

/** What one target may have, written in it or inherited. */
export const targetSchema: z.ZodType<WrittenTarget, TargetInput> = z.strictObject(targetShape);

/** A target with nothing in it inherits everything. */
const target = targetSchema
  .nullable()
  .transform((written) => written ?? {})
  .meta({ id: "target" });

/** The whole file. */
export const configSchema: z.ZodType<Written, ConfigInput> = z.strictObject({
  ...targetShape,
  images: z.record(z.string(), image).optional().describe("Images by name, for `image_key`"),
  targets: z
    .record(z.string(), target)
    .optional()
    .describe("Targets by name; what is written at the top is for all of them"),
  plugins: z.array(pluginEntry).optional().describe("Plugins beyond the built-in ones"),
  secretProviders: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .optional()
    .describe("Sources of secrets, by provider and name"),
  globalPreDeploy: commands.optional().describe("Commands to run here before everything else"),
  globalPostDeploy: commands
    .optional()
    .describe("Commands to run here after all targets, whatever their outcome"),
  $schema: z
    .string()
    .optional()
    .describe("Where editors find the JSON Schema of this file: for them only"),
});
