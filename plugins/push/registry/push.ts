/**
 * The push itself: give the image its name, let the engine push it, and pin what arrived.
 *
 * An engine pushes whatever its tag names at that moment. Another build may take the tag away, so
 * it is checked before, and what was pushed is compared with the image after.
 *
 * @module
 */

import type { EngineClient } from "../../../engine/client.ts";
import { transferImage } from "../../../engine/registry/transfer.ts";
import type { ImageInspect } from "../../../engine/types.ts";
import {
  fail,
  type HookContext,
  type Input,
  type LocalImage,
  type PushedImage,
  parseReference,
  printReference,
  type Reference,
  registryOf,
} from "../../../plugin.ts";
import { PushReport } from "./report.ts";

/** So often another build may take the tag away in the middle of a push. */
const ATTEMPTS = 3;

/**
 * Push `image` by its reference. What comes back is pinned to the digest that arrived: a tag that
 * moves later changes nothing. The server has no ID for it yet, so it pulls.
 *
 * @throws `IMAGE_PUSH_FAILED`, `REGISTRY_UNAUTHORIZED` and its siblings, `CONFIG_INVALID` for a
 * login for another registry.
 */
export async function pushImage(
  { image, login }: Pick<Input<"push">, "image" | "login">,
  engine: EngineClient,
  context: HookContext,
): Promise<PushedImage> {
  const { signal } = context;
  const name = nameOf(image);
  const reference = printReference(name);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    await takeName(engine, image, name, context);
    const report = new PushReport(registryOf(reference), context);
    for await (const line of transferImage(engine, { action: "push", reference, login, signal })) {
      report.add(line);
    }
    const { digest, bytesSent, layersSent, layersTotal } = report;
    if (digest === null) {
      throw fail("IMAGE_PUSH_FAILED", {
        message: `Cannot push "${reference}": the Docker Engine did not say what arrived`,
        hint: "Try again; if that does not help, update Docker",
      });
    }
    if (await isDigestOf(engine, image, report, signal)) {
      const pinned = printReference({ ...name, digest });
      return { reference: pinned, id: null, bytesSent, layersSent, layersTotal };
    }
    context.log("warn", `Another build took the name ${reference} in the middle of the push`);
  }
  throw fail("IMAGE_PUSH_FAILED", {
    message: `Cannot push "${reference}": other builds take this name again and again`,
    hint: "Wait for them to end, or give each a tag of its own",
  });
}

function nameOf({ reference }: LocalImage): Reference {
  const parsed = parseReference(reference);
  if ("problem" in parsed) {
    throw fail("IMAGE_PUSH_FAILED", {
      message: `Cannot push "${reference}": ${parsed.problem}`,
      hint: `Correct "image.repository" in the config`,
    });
  }
  return { ...parsed, tag: parsed.tag ?? "latest", digest: null };
}

/** Make the tag name this very image. */
async function takeName(
  engine: EngineClient,
  image: LocalImage,
  name: Reference,
  { log, signal }: HookContext,
): Promise<void> {
  const reference = printReference(name);
  const path = `/images/${reference}/json`;
  const named = await engine.jsonOrNull<ImageInspect>(path, { signal });
  if (named?.Id === image.id) return;
  if (named) log("warn", `Another build has taken the name ${reference}: it is given back`);
  const status = await engine.call(`/images/${image.id}/tag`, {
    method: "POST",
    query: { repo: printReference({ ...name, tag: null }), tag: name.tag ?? undefined },
    expect: [404],
    signal,
  });
  if (status !== 404) return;
  throw fail("IMAGE_PUSH_FAILED", {
    message: `Cannot push "${reference}": the image that was built (${image.id}) is gone from the Docker Engine`,
    hint: "Something removed it after the build: build it again",
  });
}

/** Whether what was pushed is this image. */
async function isDigestOf(
  engine: EngineClient,
  { id }: LocalImage,
  { digest, index }: PushReport,
  signal: AbortSignal,
): Promise<boolean> {
  // containerd's image store names images by the digest that is pushed.
  if (digest === id || index === id) return true;
  // A graph driver names them by their configuration, and notes under which digest each arrived.
  const image = await engine.jsonOrNull<ImageInspect>(`/images/${id}/json`, { signal });
  return (image?.RepoDigests ?? []).some((known) => known.endsWith(`@${digest}`));
}
