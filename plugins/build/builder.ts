/**
 * What a build may ask of the builder that is there, told before anything is built or sent.
 *
 * @module
 */

import { describeEngine, type EngineClient } from "../../engine/client.ts";
import type { EngineInfo } from "../../engine/types.ts";
import { fail } from "../../plugin.ts";
import { cacheOf } from "./cache.ts";
import type { DockerCommand } from "./find-docker.ts";

/** What not every builder can do: part of a build request, and of a `build_config`. */
export interface Wishes {
  readonly platforms: readonly string[];
  readonly secrets: readonly { readonly name: string }[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
}

/** Whether every builder can do it. */
export function isOrdinary({ platforms, secrets, cacheFrom, cacheTo }: Wishes): boolean {
  return new Set(platforms).size <= 1 && secrets.length + cacheFrom.length + cacheTo.length === 0;
}

/**
 * Check that the builder can do all that is wished. `docker` is null where the engine's own
 * builder does the work, through the API.
 *
 * @throws `BUILD_FAILED` naming what it cannot do.
 */
export async function checkBuilder(
  { platforms: written, secrets, cacheFrom, cacheTo }: Wishes,
  docker: DockerCommand | null,
  engine: EngineClient,
  signal: AbortSignal,
): Promise<void> {
  const platforms = [...new Set(written)];
  if (platforms.length > 1) await checkStore(platforms, engine, signal);
  if (docker?.buildx) return;
  const lacking = docker
    ? "this docker command is older than 23 and has no buildx"
    : "there is no docker command with BuildKit on this computer";
  const refuse = (what: string, key: string) =>
    fail("BUILD_FAILED", {
      message: `Cannot build with ${what}: ${lacking}`,
      hint: `Install docker with buildx (https://docs.docker.com/go/buildx/), or change "image.build_config.${key}"`,
    });
  if (platforms.length > 1) throw refuse(`${platforms.length} platforms`, "platform");
  if (docker === null && secrets.length > 0) {
    const names = secrets.map(({ name }) => `"${name}"`).join(", ");
    throw refuse(`secret mounts (${names})`, "secrets");
  }
  const source = cacheFrom.find((entry) => cacheOf(entry).image === null);
  if (source !== undefined) throw refuse(`the cache source "${source}"`, "cache_from");
  // The engine's BuildKit can keep a cache only in the image itself.
  const destination = cacheTo.find((entry) => docker === null || cacheOf(entry).type !== "inline");
  if (destination !== undefined) throw refuse(`the cache "${destination}"`, "cache_to");
}

/** Only containerd's image store keeps more than one platform of an image. */
async function checkStore(
  platforms: readonly string[],
  engine: EngineClient,
  signal: AbortSignal,
): Promise<void> {
  const { Driver, DriverStatus } = await engine.json<EngineInfo>("/info", { signal });
  if (DriverStatus?.some(([, value]) => value.startsWith("io.containerd."))) return;
  throw fail("BUILD_FAILED", {
    message: `Cannot build for ${platforms.join(" and ")} at once: the image store of the Docker Engine at ${describeEngine(engine.address)} (${Driver}) keeps one platform of an image`,
    hint: 'Choose one for "image.build_config.platform", or turn on the containerd image store: https://docs.docker.com/engine/storage/containerd/',
  });
}
