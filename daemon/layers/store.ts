/**
 * The layer store: keeps the layers that clients send, and makes images out of them in the
 * local engine. Whatever is in it was verified against its digest, and it survives being killed
 * at any moment.
 *
 * ```text
 * <directory>/<hex>/            one layer: parts 0, 1, …, and layer.json
 *             uploads/<hex>/    one layer that is still arriving: its parts so far
 *             aliases/, images/ what is known about blob digests and loaded images
 *             trash/            what is being removed
 * ```
 *
 * @module
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { EngineClient } from "../../engine/client.ts";
import type {
  ImageLoad,
  ImageLoadAnswer,
  ImageQuery,
  ImageQueryAnswer,
  LayerAnswer,
  LayerCompletion,
  LayerCompletionAnswer,
  LayerState,
} from "../../wire/layers.ts";
import { storeBlob } from "./blob.ts";
import { discard, makeDirectory } from "./durable.ts";
import { EngineImages } from "./images.ts";
import { Layers } from "./layers.ts";
import { ImageLoader } from "./loader.ts";
import { PushedImages } from "./pushed-images.ts";
import { Records } from "./records.ts";
import { Uploads } from "./uploads.ts";

/** For so long a layer waits for its image to be loaded before it counts as unused. */
const WAIT_FOR_LOAD_MS = 60 * 60 * 1000;

/** Where a store is, and whose engine it feeds. */
export interface LayerStoreOptions {
  /** Made when it is not there. The store's alone. */
  readonly directory: string;
  readonly engine: EngineClient;
}

/** Layers and images of one server. */
export class LayerStore {
  readonly #directory: string;
  readonly #trash: string;
  readonly #layers: Layers;
  readonly #uploads: Uploads;
  readonly #records: Records;
  readonly #pushed: PushedImages;
  readonly #loader: ImageLoader;
  /** Layers that a client counts on, and until when. */
  readonly #awaited: Map<string, number> = new Map();
  #bytesReceived = 0;

  constructor({ directory, engine }: LayerStoreOptions) {
    this.#directory = directory;
    this.#trash = join(directory, "trash");
    this.#layers = new Layers(directory, this.#trash);
    this.#uploads = new Uploads(join(directory, "uploads"), this.#trash, this.#layers);
    this.#records = new Records(directory);
    const images = new EngineImages(engine);
    this.#pushed = new PushedImages(images, this.#records);
    this.#loader = new ImageLoader({
      engine,
      images,
      layers: this.#layers,
      records: this.#records,
      pushed: this.#pushed,
    });
  }

  /** Bytes of layer data taken in since the start, as they crossed the wire. */
  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Make the store ready after a start: remove what a crash left, and uploads of yesterday. */
  async recover(now: number = Date.now()): Promise<void> {
    await makeDirectory(this.#directory);
    await this.#uploads.recover(now);
    await this.#layers.recover();
    await this.#records.recover();
    await rm(this.#trash, { recursive: true, force: true });
  }

  /** Whether the layer is here: by its diff ID, or by the digest of a blob that held it. */
  async has(digest: string): Promise<boolean> {
    return (await this.layer(digest)).have;
  }

  /** What is here of a layer. */
  async layer(digest: string): Promise<LayerAnswer> {
    const alias = await this.#records.alias(digest);
    const diffId = alias ?? digest;
    if ((await this.#layers.size(diffId)) !== null) {
      this.#await([diffId]);
      return { have: true, diffId, parts: [] };
    }
    const parts = await this.#uploads.parts(digest);
    return { have: false, ...(alias === null ? {} : { diffId: alias }), parts };
  }

  /** Take in one part of a layer: a zstd frame. A part that is here already stays. */
  async putPart(digest: string, index: number, frame: Uint8Array): Promise<void> {
    if (await this.has(digest)) return;
    if (await this.#uploads.put(digest, index, frame)) this.#bytesReceived += frame.byteLength;
  }

  /** All parts are here: verify the layer and keep it. */
  async complete(digest: string, completion: LayerCompletion): Promise<LayerCompletionAnswer> {
    const known = (await this.layer(digest)).diffId;
    const size = known === undefined ? null : await this.#layers.size(known);
    if (known !== undefined && size !== null) return { diffId: known, size };
    const measured = await this.#uploads.complete(digest, completion);
    await this.#keep(digest, measured.digest);
    return { diffId: measured.digest, size: measured.size };
  }

  /**
   * Take in a layer as one blob, plain or gzip, and verify it against the digest of the blob.
   * Throws `LAYER_CORRUPT` when it does not fit.
   */
  async addBlob(digest: string, blob: AsyncIterable<Uint8Array>): Promise<LayerCompletionAnswer> {
    const scratch = await this.#uploads.scratch();
    try {
      const stored = await storeBlob(scratch, digest, blob);
      this.#bytesReceived += stored.received;
      await this.#layers.adopt(scratch, stored, stored.parts);
      await this.#keep(digest, stored.digest);
      return { diffId: stored.digest, size: stored.size };
    } catch (error) {
      await discard(scratch, this.#trash);
      throw error;
    }
  }

  /** What a client needs to send of an image. One that the engine has gets the reference. */
  async queryImage(query: ImageQuery): Promise<ImageQueryAnswer> {
    const imageId = await this.#pushed.find(query);
    if (imageId !== null) return { present: true, imageId, config: true, layers: {} };
    const inEngine = await this.#loader.inEngine(query.diffIds);
    const layers: Record<string, LayerState> = {};
    for (const diffId of query.diffIds) {
      const { have, parts } = await this.layer(diffId);
      layers[diffId] = have || inEngine.has(diffId) ? { have: true } : { have: false, parts };
    }
    const config = (await this.#records.image(query.imageId)) !== null;
    return { present: false, imageId: null, config, layers };
  }

  /** Give the image to the engine, under its reference. */
  async loadImage(image: ImageLoad): Promise<ImageLoadAnswer> {
    this.#await(image.diffIds);
    const answer = await this.#loader.load(image);
    for (const diffId of image.diffIds) this.#awaited.delete(diffId);
    return answer;
  }

  /**
   * Remove images that were loaded from here and that `keep` (IDs of the engine) does not name:
   * of pushes whose deployment failed, was refused, or never came. Images pushed within the last
   * hour stay. Others than ours are never touched.
   */
  async removeUnusedImages(
    keep: ReadonlySet<string>,
    now: number = Date.now(),
  ): Promise<readonly string[]> {
    return await this.#pushed.removeUnused(keep, now);
  }

  /**
   * Whether a deployment of the image (its ID in the engine) may still come: it was pushed within
   * the last hour, and after `since` (milliseconds since 1970).
   */
  async isAwaited(engineId: string, since = 0): Promise<boolean> {
    return await this.#pushed.isAwaited(engineId, since);
  }

  /**
   * Remove the layers that are not in `keep`, uploads that nobody went on with for a day, and
   * what is known about images that the engine has no more. Other uploads, and layers whose
   * image is being sent, stay. Gives back the diff IDs of those removed.
   */
  async removeUnused(
    keep: ReadonlySet<string>,
    now: number = Date.now(),
  ): Promise<readonly string[]> {
    await this.#uploads.expire(now);
    for (const [diffId, until] of this.#awaited) if (until < now) this.#awaited.delete(diffId);
    const wanted = (diffId: string) => keep.has(diffId) || this.#awaited.has(diffId);
    const inEngine = await this.#loader.retainImages();
    await this.#records.retainAliases((diffId) => wanted(diffId) || inEngine.has(diffId));
    return await this.#layers.retain(wanted);
  }

  async #keep(digest: string, diffId: string): Promise<void> {
    this.#await([diffId]);
    if (digest !== diffId) await this.#records.addAlias(digest, diffId);
  }

  #await(diffIds: readonly string[]): void {
    for (const diffId of diffIds) this.#awaited.set(diffId, Date.now() + WAIT_FOR_LOAD_MS);
  }
}
