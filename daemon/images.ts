/**
 * Images in the server's engine: there before a deployment starts, tagged while a release needs
 * them, gone when retention says so. Only what the journal knows is ever removed.
 *
 * @module
 */

import { fail } from "../core/errors.ts";
import type { RegistryLogin, Release } from "../core/hooks.ts";
import { registryOf } from "../core/reference.ts";
import { type EngineClient, rejectedStatus } from "../engine/client.ts";
import type { ImageInspect } from "../engine/types.ts";
import { engineName, inspectImage, isPinned, pullImage } from "./pull.ts";

export { inspectImage } from "./pull.ts";

/** So often an image may vanish between its pull and its tag. */
const ATTEMPTS = 3;

/** The tag under which a release's image is kept: `<app>:<deployment>`. */
export function releaseTag(app: string, deployment: string): string {
  return `${app}:${deployment}`;
}

/** What {@link prepareImage} needs besides the engine and the release. */
export interface Preparation {
  /** IDs of the images that releases in the history have by this reference. */
  readonly known: (reference: string) => readonly string[];
  /** The server's own login at a registry, for a release without one. */
  readonly serverLogin: (registry: string) => Promise<RegistryLogin | null>;
  readonly log: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Make sure that a release's image is in the engine, by the release's pull policy, and tag it for
 * the release. Gives back the image's ID: that very image is to run, wherever its names go.
 *
 * @throws `IMAGE_NOT_FOUND`, and what a refused pull is: an older image never stands in for one
 * that could not be pulled.
 */
export async function prepareImage(
  engine: EngineClient,
  release: Release,
  { known, serverLogin, log, signal }: Preparation,
): Promise<string> {
  const pull = async () => {
    // Asked only now: it may have been given, or changed, while the deployment waited.
    const login = release.login ?? (await serverLogin(registryOf(release.image)));
    return await pullImage(engine, { ...release, login }, log, signal);
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const found = await localImage(engine, release, known);
    const pulled = found ? null : await pull();
    const id = (found ?? pulled?.image)?.Id;
    if (id === undefined || !(await keep(engine, release, id))) continue;
    await pulled?.tidy();
    return id;
  }
  throw fail("IMAGE_PULL_FAILED", {
    message: `Cannot run "${release.image}": something on the server removes it as soon as it is there`,
    hint: "Find out what removes images there (a cleaning job?), then deploy again",
  });
}

/** Tag an image for a release. False when it is gone. */
async function keep(
  engine: EngineClient,
  { app, deployment }: Release,
  id: string,
): Promise<boolean> {
  const query = { repo: app, tag: deployment };
  const options = { method: "POST", query, expect: [404] } as const;
  return (await engine.call(`/images/${id}/tag`, options)) !== 404;
}

/**
 * Take a release's tag away; the engine deletes the image with its last tag. False when it stays:
 * a container still uses it, or it has no other name and `isAwaited` says that a deployment that
 * it was pushed for is still to come.
 */
export async function removeReleaseImage(
  engine: EngineClient,
  app: string,
  deployment: string,
  isAwaited: (imageId: string) => Promise<boolean>,
): Promise<boolean> {
  const tag = releaseTag(app, deployment);
  const image = await inspectImage(engine, tag);
  if (!image) return true;
  if ((image.RepoTags ?? []).length < 2 && (await isAwaited(image.Id))) return false;
  try {
    await engine.call(`/images/${tag}`, { method: "DELETE", expect: [404] });
    return true;
  } catch (error) {
    if (rejectedStatus(error) === 409) return false;
    throw error;
  }
}

/** The image that is already there and may be used without asking a registry. */
async function localImage(
  engine: EngineClient,
  release: Release,
  known: Preparation["known"],
): Promise<ImageInspect | null> {
  const { image: reference, imageId, pushed } = release;
  const policy = release.target.image?.pullPolicy ?? "always";
  const pinned = isPinned(reference);
  // A tag may have moved in the registry. What an ID or a digest names is always the same.
  if (!pushed && imageId === null && policy === "always" && !pinned) return null;
  // With an ID, only that very image will do: the reference may name a newer one by now.
  const names = imageId === null ? [engineName(reference)] : [imageId];
  // The name by digest goes when a release has the image by a tag of its own.
  if (!pushed && imageId === null && pinned) names.push(...known(reference));
  for (const name of names) {
    const image = await inspectImage(engine, name);
    if (image) return image;
  }
  if (!pushed && policy !== "never") return null;
  throw fail("IMAGE_NOT_FOUND", {
    message: `Cannot run "${reference}": the server does not have this image${pushed ? "" : ' and its pull policy is "never"'}`,
    hint: pushed
      ? "The image was not sent, or was removed since: deploy again"
      : `Set "pull_policy" to "if_missing" or "always", or send the image with push: server`,
  });
}
