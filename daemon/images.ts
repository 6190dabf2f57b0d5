/**
 * Images in the server's engine: there before a deployment starts, tagged while a release needs
 * them, gone when retention says so. Only what the journal knows is ever removed.
 *
 * @module
 */

import { text } from "node:stream/consumers";
import { fail, reasonOf } from "../core/errors.ts";
import type { Release } from "../core/hooks.ts";
import { parseReference } from "../core/reference.ts";
import { type EngineClient, rejectedStatus } from "../engine/client.ts";
import type { ImageInspect } from "../engine/types.ts";

/** The tag under which a release's image is kept: `<app>:<deployment>`. */
export function releaseTag(app: string, deployment: string): string {
  return `${app}:${deployment}`;
}

/** An image in the engine, or null. */
export async function inspectImage(
  engine: EngineClient,
  name: string,
): Promise<ImageInspect | null> {
  return await engine.jsonOrNull<ImageInspect>(`/images/${encodeURI(name)}/json`);
}

/**
 * Make sure that a release's image is in the engine, by the release's pull policy, and tag it for
 * the release. Gives back the image's ID.
 *
 * @throws `IMAGE_NOT_FOUND` or `IMAGE_PULL_FAILED`.
 */
export async function prepareImage(
  engine: EngineClient,
  release: Release,
  log: (message: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const image = (await localImage(engine, release)) ?? (await pull(engine, release, log, signal));
  await engine.call(`/images/${image.Id}/tag`, {
    method: "POST",
    query: { repo: release.app, tag: release.deployment },
  });
  return image.Id;
}

/**
 * Take a release's tag away; the engine deletes the image with its last tag. False when it stays
 * because a container still uses it.
 */
export async function removeReleaseImage(
  engine: EngineClient,
  app: string,
  deployment: string,
): Promise<boolean> {
  try {
    await engine.call(`/images/${releaseTag(app, deployment)}`, {
      method: "DELETE",
      expect: [404],
    });
    return true;
  } catch (error) {
    if (rejectedStatus(error) === 409) return false;
    throw error;
  }
}

/** The image that is already there and may be used without asking a registry. */
async function localImage(engine: EngineClient, release: Release): Promise<ImageInspect | null> {
  const policy = release.target.image?.pullPolicy ?? "always";
  // With an ID, only that very image will do: the reference may name a newer one by now.
  const wanted = release.imageId ?? release.image;
  if (!release.pushed && release.imageId === null && policy === "always") return null;
  const image = await inspectImage(engine, wanted);
  if (image) return image;
  if (!release.pushed && policy !== "never") return null;
  throw fail("IMAGE_NOT_FOUND", {
    message: `Cannot run "${release.image}": the server does not have this image${release.pushed ? "" : ' and its pull policy is "never"'}`,
    hint: release.pushed
      ? "The image was not sent, or was removed since: deploy again"
      : `Set "pull_policy" to "if_missing" or "always", or send the image with push: server`,
  });
}

async function pull(
  engine: EngineClient,
  release: Release,
  log: (message: string) => void,
  signal: AbortSignal,
): Promise<ImageInspect> {
  log(`Pulling ${release.image}`);
  const parsed = parseReference(release.image);
  const named = "problem" in parsed || (parsed.tag === null && parsed.digest === null);
  try {
    const answer = await engine.stream("/images/create", {
      method: "POST",
      query: { fromImage: named ? `${release.image}:latest` : release.image },
      signal,
    });
    // A refused pull is an answer with status 200 and an error somewhere in its lines.
    for (const line of (await text(answer)).split("\n")) {
      const said = line.trim() === "" ? {} : (JSON.parse(line) as { error?: string });
      if (said.error) throw new Error(said.error);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw fail("IMAGE_PULL_FAILED", {
      message: `Cannot pull "${release.image}": ${reasonOf(cause)}`,
      hint: "Check the reference and that the server reaches the registry; nothing was changed",
      cause,
    });
  }
  const image = await inspectImage(engine, release.image);
  if (image) return image;
  throw fail("IMAGE_PULL_FAILED", {
    message: `Cannot pull "${release.image}": the engine pulled it but does not have it`,
    hint: "Is there an image for this server's platform?",
  });
}
