/**
 * What a target's image is, how it is built, travels and is kept.
 *
 * @module
 */

import type { LoadedConfig } from "../core/config/load.ts";
import type { ResolvedValue } from "../core/config/resolve-env.ts";
import { fail } from "../core/errors.ts";
import type { BuildArgument, Choice, ResolvedImage, ServerConnection } from "../core/hooks.ts";
import type { VersionAnswer } from "../wire/routes.ts";
import type { Opened, OpenTarget } from "./opened.ts";
import { loginOf, type TargetNeeds, type Values, valuesOf } from "./values.ts";

/** History strategies that every haloyd has. */
const EVERYWHERE: ReadonlySet<string> = new Set(["local", "none"]);

/**
 * Ask what the image is, and check how it travels and is kept, as far as that is known here.
 *
 * @throws `STRATEGY_UNKNOWN`, and `CONFIG_INVALID` for a strategy's wrong options.
 */
export async function resolveImage(
  { session: { loaded } }: Opened,
  { name, target, host }: OpenTarget,
): Promise<ResolvedImage> {
  const image = await host.first("resolveImage", { target, directory: loaded.directory });
  if (image.push) {
    host.check("push", image.push, loaded.locate(["image", "buildConfig", "push"], name));
  }
  const { history } = image;
  if (host.strategies("retain").includes(history.strategy)) {
    host.check("retain", history, historyPlace(loaded, name));
  }
  return image;
}

/**
 * A history strategy runs on the server, after everything else: one that it lacks is told before.
 *
 * @throws `STRATEGY_UNKNOWN`.
 */
export async function checkHistory(
  { session: { loaded }, workspace: { signal } }: Opened,
  name: string,
  { strategy }: Choice,
  server: ServerConnection,
): Promise<void> {
  if (EVERYWHERE.has(strategy)) return;
  const { retain } = await server.json<VersionAnswer>("/v1/version", { signal });
  if (!retain || retain.includes(strategy)) return;
  throw fail("STRATEGY_UNKNOWN", {
    message: `Cannot keep releases with history strategy "${strategy}": the haloyd at ${server.url} has ${retain.join(", ")}`,
    hint: `Choose one of them, or install a plugin that offers "${strategy}" on the server`,
    at: historyPlace(loaded, name),
  });
}

/**
 * An image that is built and goes straight to the server is for the server's platform.
 *
 * @throws `IMAGE_PLATFORM_MISMATCH`, before it is built.
 */
export async function checkPlatform(
  { session: { loaded }, workspace: { signal } }: Opened,
  name: string,
  { build, push }: ResolvedImage,
  server: ServerConnection,
): Promise<void> {
  if (!build || push?.strategy !== "server") return;
  const { platform } = await server.json<VersionAnswer>("/v1/version", { signal });
  if (platform === undefined || build.platforms.some((one) => runsOn(one, platform))) return;
  throw fail("IMAGE_PLATFORM_MISMATCH", {
    message: `Cannot run an image for ${build.platforms.join(" and ")} on ${server.url}: the server is ${platform}`,
    hint: `Write "platform: ${platform}" under "image: build_config:"`,
    at: loaded.locate(["image", "buildConfig", "platform"], name),
  });
}

/** Processors run the programs of some others too: that is for the server to decide. */
function runsOn(image: string, server: string): boolean {
  const [os, architecture] = image.split("/");
  const also: Readonly<Record<string, string>> = { "386": "amd64", arm: "arm64" };
  return [architecture, also[architecture ?? ""]].some((one) => `${os}/${one}` === server);
}

function historyPlace({ locate }: LoadedConfig, name: string) {
  return locate(["image", "history"], name);
}

/** The image with the values that its build and its registry need. */
export function withValues(
  image: ResolvedImage,
  { target }: OpenTarget,
  needs: TargetNeeds,
  values: Values,
  env: readonly ResolvedValue[],
): ResolvedImage {
  const login = image.login ?? loginOf(needs, values, target, image.reference);
  const { build } = image;
  if (!build) return { ...image, login };
  const written = [...build.args, ...valuesOf(needs.args, values)];
  const args = [...written, ...argumentsFromEnv(target.env, env, written)];
  const secrets = [...build.secrets, ...valuesOf(needs.secrets, values)];
  return { ...image, login, build: { ...build, args, secrets } };
}

/** Variables with `build_arg`, unless an argument of that name is written. */
function argumentsFromEnv(
  entries: OpenTarget["target"]["env"],
  env: readonly ResolvedValue[],
  written: readonly BuildArgument[],
): BuildArgument[] {
  const taken = new Set(written.map(({ name }) => name));
  const wanted = new Set(entries.flatMap(({ name, buildArg }) => (buildArg ? [name] : [])));
  return env.filter(({ name }) => wanted.has(name) && !taken.has(name));
}
