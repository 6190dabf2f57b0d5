/**
 * Of an image for several platforms, the one that the server runs.
 *
 * @module
 */

import type { EngineClient } from "../../../engine/client.ts";
import type { ImageInspect } from "../../../engine/types.ts";
import { fail, type HookContext, type LocalImage, type ServerConnection } from "../../../plugin.ts";
import type { VersionAnswer } from "../../../wire/routes.ts";

/**
 * The image as the server needs it: `platform` and `diffIds` of the server's platform.
 *
 * @throws `IMAGE_PLATFORM_MISMATCH` when the image is for several platforms and not for this one.
 */
export async function forServer(
  engine: EngineClient,
  image: LocalImage,
  server: ServerConnection,
  { signal }: HookContext,
): Promise<LocalImage> {
  if (image.platforms.length < 2) return image;
  const { platform: wanted } = await server.json<VersionAnswer>("/v1/version", { signal });
  if (wanted === undefined || isFor(image.platform, wanted)) return image;
  const found = image.platforms.find((platform) => isFor(platform, wanted));
  if (found === undefined) {
    throw fail("IMAGE_PLATFORM_MISMATCH", {
      message: `Cannot push "${image.reference}" to ${server.url}: the server is ${wanted}, the image is for ${image.platforms.join(" and ")}`,
      hint: `Add ${wanted} to "platform" under "image: build_config:"`,
    });
  }
  const [os, architecture, variant] = found.split("/");
  const { Os, Architecture, Variant, RootFS } = await engine.json<ImageInspect>(
    `/images/${image.id}/json`,
    { query: { platform: JSON.stringify({ os, architecture, variant }) }, signal },
  );
  const platform = [Os, Architecture, Variant].filter(Boolean).join("/");
  return { ...image, platform, diffIds: RootFS.Layers ?? [] };
}

/** Whether an engine of `server` (`os/architecture`) runs `platform` (`os/architecture[/variant]`). */
function isFor(platform: string, server: string): boolean {
  return platform === server || platform.startsWith(`${server}/`);
}
