/**
 * Complete layers on disk: a directory each, named by its diff ID, with the parts as they came
 * and a `layer.json` that says how many there are.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PART_SIZE } from "../../wire/layers.ts";
import { free } from "../../wire/memory.ts";
import { unpackPart } from "../../wire/parts.ts";
import {
  discard,
  list,
  makeDirectory,
  modified,
  readJson,
  settle,
  sync,
  writeWhole,
} from "./durable.ts";
import { corrupt, hexOf } from "./requests.ts";
import type { Measured } from "./upload.ts";

const DESCRIPTION = "layer.json";
const LAYER_NAME = /^[0-9a-f]{64}$/;

/** `layer.json`. */
interface Description {
  readonly diffId: string;
  /** Uncompressed bytes. */
  readonly size: number;
  readonly partSize: number;
  readonly parts: number;
}

/** The complete layers in one directory. */
export class Layers {
  readonly #directory: string;
  readonly #trash: string;

  /** `trash` is on the same file system. */
  constructor(directory: string, trash: string) {
    this.#directory = directory;
    this.#trash = trash;
  }

  /** Uncompressed bytes of the layer, or null when it is not here. */
  async size(diffId: string): Promise<number | null> {
    return (await this.#describe(diffId))?.size ?? null;
  }

  /** Take over a directory of verified, durable parts. It is gone from its place afterwards. */
  async adopt(directory: string, { digest, size }: Measured, parts: number): Promise<void> {
    await makeDirectory(this.#directory);
    const description: Description = { diffId: digest, size, partSize: PART_SIZE, parts };
    const path = join(directory, DESCRIPTION);
    await writeWhole(path, JSON.stringify(description));
    await sync(path);
    await sync(directory);
    if (!(await settle(directory, this.#path(digest)))) await discard(directory, this.#trash);
  }

  /**
   * The layer's uncompressed bytes, piece by piece. Throws `LAYER_CORRUPT` at the end, or before,
   * when they are not what they were: then the layer is gone.
   */
  async *read(diffId: string): AsyncGenerator<Buffer, void, void> {
    const description = await this.#describe(diffId);
    if (!description) throw corrupt(`Cannot read layer ${diffId}: it is not on the server`);
    const hash = createHash("sha256");
    try {
      for (let index = 0; index < description.parts; index++) {
        const frame = await readFile(this.#part(diffId, index));
        for await (const piece of unpackPart(frame)) {
          hash.update(piece);
          yield piece;
        }
        free(frame);
      }
      if (`sha256:${hash.digest("hex")}` !== diffId) throw new Error("its digest has changed");
    } catch (cause) {
      const { syscall, code } = cause as NodeJS.ErrnoException;
      if (syscall !== undefined && code !== "ENOENT") throw cause;
      await this.remove(diffId);
      throw corrupt(`Cannot read layer ${diffId}: it was damaged on the server's disk`, cause);
    }
  }

  /** Remove a layer. Nothing happens when it is not here. */
  async remove(diffId: string): Promise<void> {
    await discard(this.#path(diffId), this.#trash);
  }

  /** Remove every layer that `keep` does not want. Gives back the diff IDs of those removed. */
  async retain(keep: (diffId: string) => boolean): Promise<string[]> {
    const removed: string[] = [];
    for (const name of await list(this.#directory)) {
      if (!LAYER_NAME.test(name) || keep(`sha256:${name}`)) continue;
      await discard(join(this.#directory, name), this.#trash);
      removed.push(`sha256:${name}`);
    }
    return removed;
  }

  /** Remove what a crash left: directories that are no complete layer. */
  async recover(): Promise<void> {
    for (const name of await list(this.#directory)) {
      if (!LAYER_NAME.test(name)) continue;
      const path = join(this.#directory, name);
      if ((await modified(join(path, DESCRIPTION))) === null) await discard(path, this.#trash);
    }
  }

  async #describe(diffId: string): Promise<Description | null> {
    return await readJson<Description>(join(this.#path(diffId), DESCRIPTION));
  }

  #part(diffId: string, index: number): string {
    return join(this.#path(diffId), String(index));
  }

  #path(diffId: string): string {
    return join(this.#directory, hexOf(diffId));
  }
}
