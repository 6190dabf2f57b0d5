/**
 * One layer that is still arriving: parts in any order, each unpacked and hashed as soon as its
 * turn comes, so that little is left to do when the last one is here.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { free } from "../../wire/memory.ts";
import { readPart } from "../../wire/parts.ts";
import { list, makeDirectory, sync, writeWhole } from "./durable.ts";
import { badRequest, corrupt } from "./requests.ts";

const PART_NAME = /^(0|[1-9][0-9]{0,4})$/;

/** A layer's uncompressed bytes as they turned out. */
export interface Measured {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Parts in one directory, each in a file named by its index. */
export class Upload {
  readonly directory: string;
  readonly #stored: Set<number>;
  readonly #writing: Map<number, Promise<void>> = new Map();
  readonly #hash: Hash = createHash("sha256");
  #hashed = 0;
  #size = 0;
  #hashing: Promise<void> = Promise.resolve();

  private constructor(directory: string, stored: Set<number>) {
    this.directory = directory;
    this.#stored = stored;
  }

  /** Begin an upload, or go on with the one that `directory` holds. */
  static async open(directory: string): Promise<Upload> {
    await makeDirectory(directory);
    return new Upload(directory, new Set(await storedParts(directory)));
  }

  /** Whether a part is being written now. */
  get busy(): boolean {
    return this.#writing.size > 0;
  }

  /**
   * Store one part; one that is there already stays as it is. Gives back whether it was new.
   * Throws `LAYER_CORRUPT` when a part whose turn it is cannot be unpacked: the upload is lost.
   */
  async put(index: number, frame: Uint8Array): Promise<boolean> {
    if (this.#stored.has(index)) return false;
    const other = this.#writing.get(index);
    if (other) {
      await other;
      return false;
    }
    const writing = writeWhole(join(this.directory, String(index)), frame);
    this.#writing.set(index, writing);
    try {
      await writing;
      this.#stored.add(index);
    } finally {
      this.#writing.delete(index);
    }
    // Hashing is waited for: a sender that is faster than us must not fill our memory.
    await this.#advance();
    return true;
  }

  /**
   * Hash what is left and make the parts durable. Throws `API_REQUEST_INVALID` when parts are
   * missing and `LAYER_CORRUPT` when there are more than `parts`, or unreadable ones.
   */
  async finish(parts: number): Promise<Measured> {
    for (let index = 0; index < parts; index++) {
      if (this.#stored.has(index)) continue;
      throw badRequest(`Cannot complete the layer: part ${index} was not sent`, undefined, 409);
    }
    if (this.#stored.size > parts) {
      throw corrupt(`Cannot complete the layer: it has ${this.#stored.size} parts, not ${parts}`);
    }
    await this.#advance();
    for (const index of this.#stored) await sync(join(this.directory, String(index)));
    return { digest: `sha256:${this.#hash.copy().digest("hex")}`, size: this.#size };
  }

  #advance(): Promise<void> {
    this.#hashing = this.#hashing.then(() => this.#hashStored());
    // Whoever waits for this turn hears of it, and so does everybody after it.
    this.#hashing.catch(() => {});
    return this.#hashing;
  }

  async #hashStored(): Promise<void> {
    while (this.#stored.has(this.#hashed)) {
      const frame = await readFile(join(this.directory, String(this.#hashed)));
      try {
        await readPart(frame, (piece) => {
          this.#hash.update(piece);
          this.#size += piece.byteLength;
        });
      } catch (cause) {
        throw corrupt(
          `Cannot read part ${this.#hashed}: it is not a zstd frame of at most 4 MiB`,
          cause,
        );
      } finally {
        free(frame);
      }
      this.#hashed++;
    }
  }
}

/** Indexes of the parts in an upload's directory, in order. */
export async function storedParts(directory: string): Promise<number[]> {
  const names = (await list(directory)).filter((name) => PART_NAME.test(name));
  return names.map(Number).sort((a, b) => a - b);
}
