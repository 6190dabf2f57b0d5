/**
 * Getting an image from its registry: by the server's engine, with the release's login, and with
 * what an image it replaces leaves behind put in order.
 *
 * A graph driver keeps a name `repository@digest` for whatever it pulled. That name would hold
 * the image for ever, also when retention has taken away the last tag.
 *
 * @module
 */

import { fail } from "../core/errors.ts";
import type { Release } from "../core/hooks.ts";
import { parseReference, printReference, type Reference } from "../core/reference.ts";
import type { EngineClient } from "../engine/client.ts";
import { transferImage } from "../engine/registry/transfer.ts";
import type { ImageInspect } from "../engine/types.ts";

/** An image that was pulled. */
export interface Pulled {
  readonly image: ImageInspect;
  /** To be called when the image has a tag of ours: takes away names that nobody needs. */
  tidy(): Promise<void>;
}

/** An image in the engine by its ID or reference, or null. */
export async function inspectImage(
  engine: EngineClient,
  name: string,
): Promise<ImageInspect | null> {
  return await engine.jsonOrNull<ImageInspect>(`/images/${encodeURI(name)}/json`);
}

/** What an engine calls the image of a reference: a digest says all, and no tag means `latest`. */
export function engineName(reference: string): string {
  const parsed = parse(reference);
  const tag = parsed.digest === null ? (parsed.tag ?? "latest") : null;
  return printReference({ ...parsed, tag });
}

/** Whether the reference says by digest which image it is, so that no registry can change it. */
export function isPinned(reference: string): boolean {
  return parse(reference).digest !== null;
}

/**
 * Pull a release's image. Null when it was removed again in this moment: another deployment that
 * pulled the same image failed, so it is worth another try.
 *
 * @throws what `transferImage` throws: a refused pull is an error, whatever older image is there.
 */
export async function pullImage(
  engine: EngineClient,
  { image: reference, login }: Release,
  log: (message: string) => void,
  signal: AbortSignal,
): Promise<Pulled | null> {
  const name = engineName(reference);
  const repository = printReference({ ...parse(reference), tag: null, digest: null });
  const before = await inspectImage(engine, name);
  log(`Pulling ${reference}`);
  let digest: string | null = null;
  let ended = false;
  for await (const { status = "" } of transferImage(engine, {
    action: "pull",
    reference,
    login,
    signal,
  })) {
    digest = /^Digest: (sha256:[0-9a-f]{64})$/.exec(status)?.[1] ?? digest;
    ended ||= status.startsWith("Status: ");
  }
  if (!ended) {
    throw fail("IMAGE_PULL_FAILED", {
      message: `Cannot pull "${reference}": the Docker Engine stopped without saying why`,
      hint: "Nothing was changed. Deploy again",
    });
  }
  // By digest: the tag may name a newer image by now, which somebody else has just pulled.
  const image = await inspectImage(engine, digest === null ? name : `${repository}@${digest}`);
  if (!image) return null;
  log(before?.Id === image.Id ? `${reference} is up to date` : `Pulled ${reference} (${image.Id})`);
  return {
    image,
    async tidy() {
      if (before?.Id === image.Id) return;
      if (isPinned(reference)) await removeName(engine, name);
      else if (before) await forgetDigests(engine, before.Id, repository);
    },
  };
}

/**
 * Take an image's names by digest away when its last tag of that repository has moved to a newer
 * image. Never the last name of all: an image that is not ours stays.
 */
async function forgetDigests(engine: EngineClient, id: string, repository: string): Promise<void> {
  const image = await inspectImage(engine, id);
  const own = (name: string) => familiar(name.replace(/[:@][^/]*$/, "")) === familiar(repository);
  const tags = (image?.RepoTags ?? []).filter((tag) => !tag.includes("@"));
  if (tags.length === 0 || tags.some(own)) return;
  for (const name of (image?.RepoDigests ?? []).filter(own)) await removeName(engine, name);
}

/** A repository as engines show it: what they add to names of Docker Hub is left out. */
function familiar(repository: string): string {
  return repository.replace(/^(?:index\.)?docker\.io\/(?:library\/)?/, "");
}

async function removeName(engine: EngineClient, name: string): Promise<void> {
  await engine.call(`/images/${name}`, { method: "DELETE", expect: [404, 409] });
}

function parse(reference: string): Reference {
  const parsed = parseReference(reference);
  if ("problem" in parsed) throw new Error(`Cannot read "${reference}": ${parsed.problem}`);
  return parsed;
}
