/**
 * Layers that are arriving, each in a directory named by the digest it is sent under. They
 * outlive the process: a client that was cut off goes on with what is here.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isHaloyError } from "../../core/errors.ts";
import type { LayerCompletion } from "../../wire/layers.ts";
import { discard, list, makeDirectory, modified, TEMPORARY_SUFFIX } from "./durable.ts";
import type { Layers } from "./layers.ts";
import { corrupt, hexOf } from "./requests.ts";
import { type Measured, storedParts, Upload } from "./upload.ts";

/** An upload nobody went on with for this long is removed at the next start. */
const STALE_MS = 24 * 60 * 60 * 1000;
/** Uploads whose hash so far is remembered; others are hashed again from the disk. */
const MAX_OPEN = 4;
/** Blobs that come in one piece are not resumed. */
const BLOB_PREFIX = "blob-";

/** The incomplete layers in one directory. */
export class Uploads {
  readonly #directory: string;
  readonly #trash: string;
  readonly #layers: Layers;
  readonly #open: Map<string, Promise<Upload>> = new Map();

  constructor(directory: string, trash: string, layers: Layers) {
    this.#directory = directory;
    this.#trash = trash;
    this.#layers = layers;
  }

  /** Indexes of the parts that are here, in order. */
  async parts(digest: string): Promise<number[]> {
    return await storedParts(this.#path(digest));
  }

  /** Store a part. Gives back whether it was new. Throws `LAYER_CORRUPT` as {@link complete}. */
  async put(digest: string, index: number, frame: Uint8Array): Promise<boolean> {
    const upload = await this.#upload(digest);
    return await this.#orDiscard(digest, upload, () => upload.put(index, frame));
  }

  /**
   * Verify the layer and move it to the complete ones. Throws `LAYER_CORRUPT` when it is not
   * what `completion` says; its parts are removed then.
   */
  async complete(digest: string, completion: LayerCompletion): Promise<Measured> {
    const upload = await this.#upload(digest);
    const measured = await this.#orDiscard(digest, upload, async () => {
      const found = await upload.finish(completion.parts);
      const wanted = completion.diffId ?? found.digest;
      if (found.digest === wanted && found.size === completion.size) return found;
      throw corrupt(
        `Cannot accept layer ${wanted}: ${found.size} bytes arrived with digest ${found.digest}`,
      );
    });
    this.#open.delete(digest);
    await this.#layers.adopt(upload.directory, measured, completion.parts);
    return measured;
  }

  /** A directory of one's own for a blob that comes in one piece. */
  async scratch(): Promise<string> {
    const path = join(this.#directory, `${BLOB_PREFIX}${randomUUID()}`);
    await makeDirectory(path);
    return path;
  }

  /** Remove what nobody will go on with: nothing has come for a day. */
  async expire(now: number): Promise<void> {
    for (const name of await list(this.#directory)) {
      const path = join(this.#directory, name);
      if (now - ((await modified(path)) ?? 0) <= STALE_MS) continue;
      this.#open.delete(`sha256:${name}`);
      await discard(path, this.#trash);
    }
  }

  /** Remove what a crash left, and what nobody will go on with. */
  async recover(now: number): Promise<void> {
    await this.expire(now);
    for (const name of await list(this.#directory)) {
      const path = join(this.#directory, name);
      if (name.startsWith(BLOB_PREFIX)) {
        await discard(path, this.#trash);
        continue;
      }
      for (const part of await list(path)) {
        if (part.endsWith(TEMPORARY_SUFFIX)) await rm(join(path, part), { force: true });
      }
    }
  }

  async #orDiscard<Result>(
    digest: string,
    upload: Upload,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (isHaloyError(error) && error.code === "LAYER_CORRUPT") {
        // Another request may have found it out before this one, and a new upload begun.
        if ((await this.#open.get(digest)) === upload) {
          this.#open.delete(digest);
          await discard(upload.directory, this.#trash);
        }
      }
      throw error;
    }
  }

  async #upload(digest: string): Promise<Upload> {
    const known = this.#open.get(digest);
    if (known) return await known;
    const opening = Upload.open(this.#path(digest));
    this.#open.set(digest, opening);
    opening.catch(() => this.#open.delete(digest));
    const upload = await opening;
    for (const [other, one] of this.#open) {
      if (this.#open.size <= MAX_OPEN) break;
      if (other !== digest && !(await one).busy) this.#open.delete(other);
    }
    return upload;
  }

  #path(digest: string): string {
    return join(this.#directory, hexOf(digest));
  }
}
