/**
 * The last step of a valid config: targets with all defaults filled in.
 *
 * @module
 */

import type { BuildConfig, Choice, ImageConfig, Target } from "../target.ts";
import { BUILD_DEFAULTS, IMAGE_DEFAULTS, TARGET_DEFAULTS } from "./defaults.ts";
import { effectiveHistory } from "./history.ts";
import type { Layered } from "./layers.ts";
import { targetSchema } from "./schema/index.ts";
import type { Config, Written, WrittenImage, WrittenTarget } from "./types.ts";

/**
 * The config with inheritance and defaults. `layered` are its targets as they were read, `written`
 * the whole after the schema. It must have passed the schema and all rules.
 */
export function resolveConfig(layered: readonly Layered[], written: Written): Config {
  // What is inherited depends on how it is written, so targets pass the schema once more.
  const targets = layered.map(({ key, draft }) => {
    const target = resolveTarget(targetSchema.parse(draft), key);
    return [key ?? target.name, target] as const;
  });
  return {
    targets: Object.fromEntries(targets),
    multiple: Object.keys(written.targets ?? {}).length > 0,
    plugins: written.plugins ?? [],
    secretProviders: written.secretProviders ?? {},
    globalPreDeploy: written.globalPreDeploy ?? [],
    globalPostDeploy: written.globalPostDeploy ?? [],
  };
}

function resolveTarget(written: WrittenTarget, key: string | null): Target {
  const { image, domains, log, ...rest } = written;
  const given = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => value !== undefined && name !== "imageKey"),
  ) as Omit<WrittenTarget, "image" | "domains" | "log" | "imageKey">;
  return {
    ...TARGET_DEFAULTS,
    ...(given as Partial<Target>),
    name: written.name ?? key ?? "",
    ...(image === undefined ? {} : { image: resolveImage(image) }),
    domains: (domains ?? []).map(({ domain, aliases }) => ({ domain, aliases: aliases ?? [] })),
    ...(log === undefined ? {} : { log: { driver: log.driver, options: log.options ?? {} } }),
  };
}

function resolveImage({ history, buildConfig, ...image }: WrittenImage): ImageConfig {
  const { platform, ...build } = buildConfig ?? {};
  const { platform: defaultPlatform, ...buildDefaults } = BUILD_DEFAULTS;
  return {
    ...defined(image),
    pullPolicy: image.pullPolicy ?? IMAGE_DEFAULTS.pullPolicy,
    history: effectiveHistory({ ...IMAGE_DEFAULTS.history, ...history } as Choice),
    ...(buildConfig === undefined
      ? {}
      : {
          buildConfig: {
            ...buildDefaults,
            ...(defined(build) as Partial<BuildConfig>),
            platforms: platform ?? [defaultPlatform],
          },
        }),
  };
}

function defined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Fields;
}
