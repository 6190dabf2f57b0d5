/**
 * Images that clients pushed to this server: found again by the next push, kept until the
 * deployment that they were pushed for has come, removed when none came.
 *
 * @module
 */

import type { ImageQuery } from "../../wire/layers.ts";
import type { EngineImages } from "./images.ts";
import type { ImageRecord, Records } from "./records.ts";

/** For so long an image that was pushed waits for its deployment (milliseconds). */
const WAIT_FOR_DEPLOYMENT_MS = 60 * 60 * 1000;

/** The pushed images of one store. */
export class PushedImages {
  readonly #images: EngineImages;
  readonly #records: Records;
  /** What runs now: an image that a push is being told of must not be removed meanwhile. */
  #running: Promise<unknown> = Promise.resolve();

  constructor(images: EngineImages, records: Records) {
    this.#images = images;
    this.#records = records;
  }

  /**
   * The engine's own ID of the image, if it has it. It carries the reference then, and waits for
   * its deployment as if it had been loaded now: the push ends here.
   */
  async find({ imageId, diffIds, reference }: ImageQuery): Promise<string | null> {
    return await this.#alone(async () => {
      const candidates = [imageId, (await this.#records.image(imageId))?.engineId];
      for (const id of candidates) {
        if (id === undefined || !(await this.#images.has(id, diffIds))) continue;
        await this.#images.tag(id, reference);
        await this.#renew(id);
        return id;
      }
      return null;
    });
  }

  /** Remember an image that was loaded now, and give it its reference. */
  async add(record: ImageRecord, reference: string): Promise<void> {
    await this.#alone(async () => {
      await this.#records.addImage({ ...record, loadedAt: Date.now() });
      await this.#images.tag(record.engineId, reference);
    });
  }

  /** Whether the image was pushed after `since` and no longer ago than a deployment may take. */
  async isAwaited(engineId: string, since: number, now: number = Date.now()): Promise<boolean> {
    const pushedAt = (await this.#pushedAt()).get(engineId) ?? 0;
    return pushedAt > Math.max(since, now - WAIT_FOR_DEPLOYMENT_MS);
  }

  /** Remove the images that `keep` does not name and that wait no more. Gives back their IDs. */
  async removeUnused(keep: ReadonlySet<string>, now: number): Promise<readonly string[]> {
    const removed: string[] = [];
    for (const engineId of (await this.#pushedAt()).keys()) {
      if (keep.has(engineId)) continue;
      await this.#alone(async () => {
        // Asked anew: while another image was removed, a push may have found this one.
        if (await this.isAwaited(engineId, 0, now)) return;
        if (await this.#images.remove(engineId)) removed.push(engineId);
      });
    }
    return removed;
  }

  /** When each image was last pushed, by its ID in the engine; two clients may know one image. */
  async #pushedAt(): Promise<ReadonlyMap<string, number>> {
    const times = new Map<string, number>();
    for (const { engineId, loadedAt = 0 } of await this.#records.images()) {
      times.set(engineId, Math.max(loadedAt, times.get(engineId) ?? 0));
    }
    return times;
  }

  async #renew(engineId: string): Promise<void> {
    for (const record of await this.#records.images()) {
      if (record.engineId !== engineId) continue;
      await this.#records.addImage({ ...record, loadedAt: Date.now() });
    }
  }

  #alone<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const turn = this.#running.catch(() => {}).then(work);
    this.#running = turn;
    return turn;
  }
}
