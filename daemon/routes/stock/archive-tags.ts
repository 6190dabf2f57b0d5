/**
 * Reads, while an image archive passes by, which tags it is going to set.
 *
 * @module
 */

import { posix } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { reasonOf } from "../../../core/errors.ts";
import { badRequest } from "../../layers/requests.ts";

/** The largest of the small files (bytes): an archive of thousands of tags fits. */
const MAX_JSON = 4 * 1024 * 1024;

const ZEROS = new Uint8Array(64 * 1024);

type Manifest = readonly { readonly RepoTags?: readonly string[] | null }[];
type Repositories = Readonly<Record<string, Readonly<Record<string, string>>>>;
interface Index {
  readonly manifests?: readonly { readonly annotations?: Readonly<Record<string, string>> }[];
}

/** The files of an archive that name tags, and how. */
const READERS: Readonly<Record<string, (content: unknown) => (string | undefined)[]>> = {
  "manifest.json": (content) => (content as Manifest).flatMap(({ RepoTags }) => RepoTags ?? []),
  repositories: (content) =>
    Object.entries(content as Repositories).flatMap(([name, tags]) =>
      Object.keys(tags).map((tag) => `${name}:${tag}`),
    ),
  "index.json": (content) =>
    (content as Index).manifests?.map(
      ({ annotations }) => annotations?.["io.containerd.image.name"],
    ) ?? [],
};

/**
 * The bytes of an archive, unchanged. Its end, which is zeros, is given on only after `check` has
 * seen every tag: an engine may load what has ended, however the request goes on. Where `check`
 * throws, the archive ends with that error.
 *
 * @throws `API_REQUEST_INVALID` for bytes that are no tar archive, or name no tag.
 */
export async function* checkedArchive(
  archive: AsyncIterable<Uint8Array>,
  check: (tag: string) => void,
): AsyncGenerator<Uint8Array> {
  // With room for one byte every chunk fills it: "drain" then says that the chunk was read whole.
  const parser = extract({ highWaterMark: 1 });
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  let tags = 0;
  let reading: Promise<void> = Promise.resolve();
  const readTags = async (file: string, size: number, content: Readable) => {
    if (size > MAX_JSON) throw invalid(`${file} in it has more than ${MAX_JSON} bytes`);
    for (const tag of tagsIn(file, await text(content))) {
      check(tag);
      tags += 1;
    }
  };
  parser.on("error", (cause) => failed.reject(invalid(reasonOf(cause))));
  parser.on("entry", ({ name, size = 0 }, content, next) => {
    content.on("error", () => {});
    const file = posix.normalize(name);
    if (file in READERS) {
      reading = readTags(file, size, content as unknown as Readable);
      reading.then(() => next(), failed.reject);
    } else {
      content.on("end", () => next()).resume();
    }
  });
  const until = (event: "drain" | "finish") =>
    Promise.race([
      new Promise<void>((resolve) => parser.once(event, () => resolve())),
      failed.promise,
    ]);
  try {
    let held = 0;
    for await (const chunk of archive) {
      const taken = until("drain");
      parser.write(chunk);
      await taken;
      const end = chunk.findLastIndex((byte) => byte !== 0) + 1;
      if (end > 0) {
        yield* zeros(held);
        held = 0;
        yield chunk.subarray(0, end);
      }
      held += chunk.byteLength - end;
    }
    const finished = until("finish");
    parser.end(null);
    await finished;
    await reading;
    if (tags === 0) throw invalid("the image in it has no tag");
    yield* zeros(held);
  } finally {
    parser.destroy(null);
  }
}

function* zeros(count: number): Generator<Uint8Array> {
  for (let left = count; left > 0; left -= ZEROS.byteLength) yield ZEROS.subarray(0, left);
}

function tagsIn(file: string, json: string): string[] {
  try {
    return (READERS[file]?.(JSON.parse(json)) ?? []).filter((tag) => tag !== undefined);
  } catch (cause) {
    throw invalid(`${file} in it is not what it should be: ${reasonOf(cause)}`);
  }
}

function invalid(reason: string): Error {
  return badRequest(`Cannot load the image archive: ${reason}`);
}
