/**
 * Gives images to the engine: asks what it has, loads what it lacks, believes nothing before
 * it has looked.
 *
 * @module
 */

import { text } from "node:stream/consumers";
import { isHaloyError, reasonOf } from "../../core/errors.ts";
import type { EngineClient } from "../../engine/client.ts";
import type { ImageLoad, ImageLoadAnswer } from "../../wire/layers.ts";
import { type ArchiveImage, type Description, describe, packArchive } from "./archive.ts";
import { type EngineImages, type EngineLayer, sameLayers } from "./images.ts";
import type { Layers } from "./layers.ts";
import type { PushedImages } from "./pushed-images.ts";
import type { Records } from "./records.ts";
import { badRequest, layersMissing, notLoaded } from "./requests.ts";

/** What a loader works on. */
export interface LoaderParts {
  readonly engine: EngineClient;
  readonly images: EngineImages;
  readonly layers: Layers;
  readonly records: Records;
  readonly pushed: PushedImages;
}

/** Loads images into one engine. */
export class ImageLoader {
  readonly #parts: LoaderParts;
  /** The load that runs now: an engine is busy enough with one. */
  #running: Promise<unknown> = Promise.resolve();

  constructor(parts: LoaderParts) {
    this.#parts = parts;
  }

  /** Layers that need not be sent, because the engine has them. */
  async inEngine(diffIds: readonly string[]): Promise<ReadonlyMap<string, EngineLayer>> {
    const { images, records } = this.#parts;
    return await images.layersPresent(diffIds, await records.images());
  }

  /** Forget images that the engine has no more. Gives back the layers of the others. */
  async retainImages(): Promise<ReadonlySet<string>> {
    const { images, records } = this.#parts;
    const layers = new Set<string>();
    for (const record of await records.images()) {
      const diffIds = record.layers.map(({ diffId }) => diffId);
      if (await images.has(record.engineId, diffIds)) for (const id of diffIds) layers.add(id);
      else await records.removeImage(record.imageId);
    }
    return layers;
  }

  /**
   * Load an image whose layers are all in the store or in the engine. Throws `LAYER_MISSING`
   * where some are not, `API_REQUEST_INVALID` for a configuration of another image, and
   * `ENGINE_REJECTED` when the engine does not make the image out of it.
   */
  load(request: ImageLoad): Promise<ImageLoadAnswer> {
    const turn = this.#running.catch(() => {}).then(() => this.#load(request));
    this.#running = turn;
    return turn;
  }

  async #load(request: ImageLoad): Promise<ImageLoadAnswer> {
    const { imageId, reference, diffIds } = request;
    const { records, pushed } = this.#parts;
    const config = request.config ?? (await records.image(imageId))?.config;
    if (config === undefined) {
      throw badRequest("Cannot load the image: its configuration was not sent", undefined, 409);
    }
    const bytes = Buffer.from(config, "base64");
    checkConfig(bytes, diffIds);
    const present = await pushed.find({ imageId, diffIds, reference });
    if (present) return { imageId: present };
    const { engineId, layers } = await this.#loadSlim(bytes, diffIds);
    await pushed.add({ imageId, engineId, layers, config }, reference);
    return { imageId: engineId };
  }

  async #loadSlim(config: Uint8Array, diffIds: readonly string[]): Promise<Loaded> {
    const present = await this.inEngine(diffIds);
    if (present.size > 0) {
      const image = await this.#image(config, diffIds, present);
      try {
        return await this.#loadArchive(image, new Set(present.keys()));
      } catch (error) {
        // The engine was asked a moment ago and may have lost a layer since: all of it, then.
        if (!isHaloyError(error) || error.code !== "ENGINE_REJECTED") throw error;
      }
    }
    return await this.#loadArchive(await this.#image(config, diffIds, new Map()), new Set());
  }

  async #image(
    config: Uint8Array,
    diffIds: readonly string[],
    present: ReadonlyMap<string, EngineLayer>,
  ): Promise<ArchiveImage> {
    const missing = new Set<string>();
    const layers: { diffId: string; size: number }[] = [];
    for (const diffId of diffIds) {
      const inEngine = present.get(diffId);
      const size = inEngine?.size ?? (await this.#parts.layers.size(diffId));
      if (size === null && !inEngine) missing.add(diffId);
      // Only containerd reads sizes, and there the size of what it has is known.
      layers.push({ diffId, size: size ?? 0 });
    }
    if (missing.size > 0) throw layersMissing([...missing]);
    return { config, layers };
  }

  async #loadArchive(image: ArchiveImage, omit: ReadonlySet<string>): Promise<Loaded> {
    const { images, layers } = this.#parts;
    const description = describe(image);
    const wanted = new Map(image.layers.map((layer) => [layer.diffId, layer]));
    for (const diffId of omit) wanted.delete(diffId);
    const containerd = await images.usesContainerd();
    const engineId = containerd ? description.manifestDigest : description.configDigest;
    const diffIds = image.layers.map(({ diffId }) => diffId);
    if (await images.has(engineId, diffIds)) return { engineId, layers: image.layers };
    try {
      await this.#send(description, [...wanted.values()], (diffId) => layers.read(diffId));
      if (!(await images.has(engineId, diffIds))) {
        throw notLoaded("it answered that the image is loaded, but does not have all its layers");
      }
    } catch (error) {
      await images.forget(engineId);
      if (!isHaloyError(error) || error.code !== "LAYER_CORRUPT") throw error;
      throw layersMissing(await this.#lost([...wanted.keys()]));
    }
    return { engineId, layers: image.layers };
  }

  async #send(
    description: Description,
    layers: ArchiveImage["layers"],
    read: (diffId: string) => AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const archive = packArchive(description, layers, read);
    // The first error is the cause of the others: a damaged layer also ends the request.
    let cause: unknown;
    archive.on("error", (error: unknown) => {
      cause ??= error;
    });
    try {
      const answer = await this.#parts.engine.stream("/images/load", {
        method: "POST",
        query: { quiet: 1 },
        headers: { "content-type": "application/x-tar" },
        body: archive,
      });
      const said = await text(answer);
      if (/"errorDetail"|error unpacking image/i.test(said)) throw notLoaded(said.trim());
    } catch (error) {
      throw cause ?? error;
    } finally {
      archive.destroy();
    }
  }

  async #lost(diffIds: readonly string[]): Promise<string[]> {
    const sizes = await Promise.all(diffIds.map((diffId) => this.#parts.layers.size(diffId)));
    return diffIds.filter((_, index) => sizes[index] === null);
  }
}

/** An image that the engine has. */
interface Loaded {
  readonly engineId: string;
  readonly layers: ArchiveImage["layers"];
}

function checkConfig(config: Uint8Array, diffIds: readonly string[]): void {
  let layers: unknown;
  try {
    layers = JSON.parse(Buffer.from(config).toString())?.rootfs?.diff_ids;
  } catch (cause) {
    throw badRequest(`Cannot load the image: its configuration is not JSON: ${reasonOf(cause)}`);
  }
  if (!Array.isArray(layers) || !sameLayers(layers, diffIds)) {
    throw badRequest("Cannot load the image: its configuration names other layers");
  }
}
