/**
 * One layer that is still arriving: parts in any order, hashed as soon as their turn comes, so
 * that little is left to do when the last one is here.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unpackPart } from "../../wire/parts.ts";
import { list, makeDirectory, sync, writeWhole } from "./durable.ts";
import { badRequest, corrupt } from "./requests.ts";

/** Parts kept unpacked until the one before them comes; more are read again from the disk. */
const MAX_WAITING = 3;
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
  readonly #waiting: Map<number, Buffer> = new Map();
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
   * Throws `LAYER_CORRUPT` for what is not a zstd frame of at most a part's size.
   */
  async put(index: number, frame: Uint8Array): Promise<boolean> {
    if (this.#stored.has(index)) return false;
    const other = this.#writing.get(index);
    if (other) {
      await other;
      return false;
    }
    const writing = this.#write(index, frame);
    this.#writing.set(index, writing);
    try {
      await writing;
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

  async #write(index: number, frame: Uint8Array): Promise<void> {
    const bytes = await unpack(frame, index);
    await writeWhole(join(this.directory, String(index)), frame);
    if (index === this.#hashed || this.#waiting.size < MAX_WAITING) this.#waiting.set(index, bytes);
    this.#stored.add(index);
  }

  #advance(): Promise<void> {
    this.#hashing = this.#hashing.catch(() => {}).then(() => this.#hashStored());
    return this.#hashing;
  }

  async #hashStored(): Promise<void> {
    while (this.#stored.has(this.#hashed)) {
      const index = this.#hashed;
      const path = join(this.directory, String(index));
      const bytes = this.#waiting.get(index) ?? (await unpack(await readFile(path), index));
      this.#waiting.delete(index);
      this.#hash.update(bytes);
      this.#size += bytes.byteLength;
      this.#hashed++;
    }
  }
}

/** Indexes of the parts in an upload's directory, in order. */
export async function storedParts(directory: string): Promise<number[]> {
  const names = (await list(directory)).filter((name) => PART_NAME.test(name));
  return names.map(Number).sort((a, b) => a - b);
}

async function unpack(frame: Uint8Array, index: number): Promise<Buffer> {
  try {
    return await unpackPart(frame);
  } catch (cause) {
    throw corrupt(`Cannot read part ${index}: it is not a zstd frame of at most 4 MiB`, cause);
  }
}
