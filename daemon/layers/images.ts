/**
 * What the server's engine has: images, their layers, and which of them a load may leave out.
 *
 * @module
 */

import { parseReference } from "../../core/reference.ts";
import type { EngineClient } from "../../engine/client.ts";
import type { EngineInfo, ImageInspect, ImageSummary } from "../../engine/types.ts";
import type { ImageRecord } from "./records.ts";
import { badRequest } from "./requests.ts";

/** How many images are looked at at the same time. */
const INSPECTIONS = 8;

/** A layer that an engine has. */
export interface EngineLayer {
  readonly diffId: string;
  /** Uncompressed bytes. Null: not known, and not needed by this kind of engine. */
  readonly size: number | null;
}

/** The images of one engine. */
export class EngineImages {
  readonly #engine: EngineClient;
  /** Layers by image ID. An ID is a digest: what it names never changes. */
  readonly #layers: Map<string, readonly string[]> = new Map();

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  /** Whether images live in containerd's content store, and not in a graph driver. */
  usesContainerd(): Promise<boolean> {
    // Asked each time: an upgrade of Docker may change it while we run.
    return this.#engine
      .json<EngineInfo>("/info")
      .then(({ DriverStatus }) =>
        (DriverStatus ?? []).some(([, value]) => value.startsWith("io.containerd.snapshotter.")),
      );
  }

  /** Whether the engine has the image, complete, with exactly these layers. */
  async has(id: string, diffIds: readonly string[]): Promise<boolean> {
    const image = await this.#inspect(id);
    return image !== null && sameLayers(image.RootFS.Layers ?? [], diffIds);
  }

  /**
   * Layers of `diffIds` that a load may leave out because the engine surely has them.
   *
   * A graph driver looks a layer up by the chain of layers below it before it reads the archive:
   * the longest chain that any image shares with this one can go. containerd looks blobs up by
   * digest: only blobs that we brought in this form, in an image that still exists, can go.
   */
  async layersPresent(
    diffIds: readonly string[],
    records: readonly ImageRecord[],
  ): Promise<ReadonlyMap<string, EngineLayer>> {
    const layers = (await this.usesContainerd())
      ? await this.#blobsPresent(diffIds, records)
      : await this.#chainPresent(diffIds);
    return new Map(layers.map((layer) => [layer.diffId, layer]));
  }

  /** Give the image the name `reference`. Throws `API_REQUEST_INVALID` for one without a tag. */
  async tag(id: string, reference: string): Promise<void> {
    const parsed = parseReference(reference);
    if ("problem" in parsed || parsed.tag === null || parsed.digest !== null) {
      throw badRequest(`Cannot name the image "${reference}": it is not a name with a tag`);
    }
    const named = await this.#inspect(reference);
    if (named?.Id === id) return;
    const repo = `${parsed.registry === null ? "" : `${parsed.registry}/`}${parsed.repository}`;
    await this.#engine.call(`/images/${id}/tag`, {
      method: "POST",
      query: { repo, tag: parsed.tag },
    });
  }

  /** Remove an image that never became whole, best effort. One that has a name is left alone. */
  async forget(id: string): Promise<void> {
    const image = await this.#inspect(id).catch(() => null);
    if (!image || (image.RepoTags ?? []).length > 0) return;
    await this.#engine
      .call(`/images/${id}`, { method: "DELETE", expect: [404, 409] })
      .catch(() => {});
  }

  /**
   * Remove an image whose only name is the one it was loaded under. False when the engine keeps
   * it: it has another name, or a container uses it.
   */
  async remove(id: string): Promise<boolean> {
    const path = `/images/${id}`;
    return (await this.#engine.call(path, { method: "DELETE", expect: [404, 409] })) === 200;
  }

  async #inspect(name: string): Promise<ImageInspect | null> {
    return await this.#engine.jsonOrNull<ImageInspect>(`/images/${name}/json`);
  }

  async #chainPresent(diffIds: readonly string[]): Promise<EngineLayer[]> {
    let shared = 0;
    for (const layers of await this.#allLayers()) {
      let length = 0;
      while (length < diffIds.length && layers[length] === diffIds[length]) length++;
      shared = Math.max(shared, length);
    }
    return diffIds.slice(0, shared).map((diffId) => ({ diffId, size: null }));
  }

  async #allLayers(): Promise<readonly (readonly string[])[]> {
    const images = await this.#engine.json<readonly ImageSummary[]>("/images/json");
    const ids = new Set(images.map(({ Id }) => Id));
    for (const id of this.#layers.keys()) if (!ids.has(id)) this.#layers.delete(id);
    const unknown = [...ids].filter((id) => !this.#layers.has(id));
    await Promise.all(
      Array.from({ length: INSPECTIONS }, async () => {
        for (let id = unknown.pop(); id !== undefined; id = unknown.pop()) {
          const image = await this.#inspect(id);
          if (image) this.#layers.set(id, image.RootFS.Layers ?? []);
        }
      }),
    );
    return [...this.#layers.values()];
  }

  async #blobsPresent(
    diffIds: readonly string[],
    records: readonly ImageRecord[],
  ): Promise<EngineLayer[]> {
    const wanted = new Map<string, EngineLayer | null>(diffIds.map((diffId) => [diffId, null]));
    for (const record of records) {
      const useful = record.layers.filter(({ diffId }) => wanted.get(diffId) === null);
      if (useful.length === 0) continue;
      const ids = record.layers.map(({ diffId }) => diffId);
      if (!(await this.has(record.engineId, ids))) continue;
      for (const layer of useful) wanted.set(layer.diffId, layer);
    }
    return [...wanted.values()].filter((layer) => layer !== null);
  }
}

/** Whether two lists name the same layers in the same order. */
export function sameLayers(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((diffId, index) => diffId === others[index]);
}
