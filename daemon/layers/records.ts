/**
 * What the store remembers besides bytes: which blob digest stands for which layer, and under
 * which ID the engine has an image that a client knows under another one.
 *
 * @module
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { list, makeDirectory, readJson, TEMPORARY_SUFFIX, writeWhole } from "./durable.ts";
import { hexOf } from "./requests.ts";

/** An image that was loaded. */
export interface ImageRecord {
  /** The client engine's ID. */
  readonly imageId: string;
  /** The ID this server's engine gave it. */
  readonly engineId: string;
  /** Lowest first, with uncompressed sizes in bytes where they are known. */
  readonly layers: readonly { readonly diffId: string; readonly size: number | null }[];
  /** The image's configuration in base64. */
  readonly config: string;
  /** When it was last pushed: loaded, or found to be here (milliseconds since 1970). */
  readonly loadedAt?: number;
}

/** Aliases and image records, one small file each. */
export class Records {
  readonly #aliases: string;
  readonly #images: string;

  constructor(directory: string) {
    this.#aliases = join(directory, "aliases");
    this.#images = join(directory, "images");
  }

  /** The diff ID that `digest` is another name of, or null. */
  async alias(digest: string): Promise<string | null> {
    const found = await readJson<{ diffId: string }>(file(this.#aliases, digest));
    return found?.diffId ?? null;
  }

  /** Remember that the blob `digest` holds the layer `diffId`, compressed. */
  async addAlias(digest: string, diffId: string): Promise<void> {
    await makeDirectory(this.#aliases);
    await writeWhole(file(this.#aliases, digest), JSON.stringify({ diffId }));
  }

  /** What is known of the image with the client's ID, or null. */
  async image(imageId: string): Promise<ImageRecord | null> {
    return await readJson<ImageRecord>(file(this.#images, imageId));
  }

  /** Every image that was loaded. */
  async images(): Promise<ImageRecord[]> {
    const names = (await list(this.#images)).filter((name) => name.endsWith(".json"));
    const records = await Promise.all(
      names.map((name) => readJson<ImageRecord>(join(this.#images, name))),
    );
    return records.filter((record) => record !== null);
  }

  /** Remember an image. Replaces what was known under its ID. */
  async addImage(record: ImageRecord): Promise<void> {
    await makeDirectory(this.#images);
    await writeWhole(file(this.#images, record.imageId), JSON.stringify(record));
  }

  /** Forget an image. */
  async removeImage(imageId: string): Promise<void> {
    await rm(file(this.#images, imageId), { force: true });
  }

  /** Forget every alias of a layer that `keep` does not want. */
  async retainAliases(keep: (diffId: string) => boolean): Promise<void> {
    for (const name of await list(this.#aliases)) {
      if (!name.endsWith(".json")) continue;
      const path = join(this.#aliases, name);
      const alias = await readJson<{ diffId: string }>(path);
      if (!(alias && keep(alias.diffId))) await rm(path, { force: true });
    }
  }

  /** Remove what a crash left. */
  async recover(): Promise<void> {
    for (const directory of [this.#aliases, this.#images]) {
      for (const name of await list(directory)) {
        if (name.endsWith(TEMPORARY_SUFFIX)) await rm(join(directory, name), { force: true });
      }
    }
  }
}

function file(directory: string, digest: string): string {
  return join(directory, `${hexOf(digest)}.json`);
}
