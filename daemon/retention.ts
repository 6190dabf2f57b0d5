/**
 * What stays of earlier releases: asks the history strategy, and removes what it lets go.
 *
 * @module
 */

import { errorJson } from "../core/errors.ts";
import type { LogLevel } from "../core/events.ts";
import type { Release } from "../core/hooks.ts";
import type { PluginHost } from "../core/host.ts";
import type { EngineClient } from "../engine/client.ts";
import { inspectImage, releaseTag, removeReleaseImage } from "./images.ts";
import type { Journal } from "./journal.ts";
import type { LayerStore } from "./layers/store.ts";
import { engineName } from "./pull.ts";
import type { Releases } from "./releases.ts";

/** Deployments of an app whose record is kept in full, whatever became of them. */
const KEPT_RECORDS = 50;

/** What {@link Retention} needs. */
export interface RetentionOptions {
  readonly journal: Journal;
  readonly releases: Releases;
  readonly engine: EngineClient;
  readonly layers: LayerStore;
  /** A host that no cancellation ends: the app is live, so cleaning up goes on. */
  readonly plugins: PluginHost;
}

/** The retention of one server. */
export class Retention {
  readonly #options: RetentionOptions;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Remove what a new release pushes out of the history. Never throws: the app is live. */
  async retain(
    { app, history }: Release,
    log: (level: LogLevel, message: string) => void,
  ): Promise<void> {
    const { journal, releases, engine, layers, plugins } = this.#options;
    try {
      const listed = releases.list(app);
      const { keep, remove } = await plugins.named("retain", history, { app, releases: listed });
      // Whatever a strategy says: what serves stays.
      const serving = listed.find(({ current }) => current)?.deployment;
      const gone: string[] = [];
      for (const deployment of remove) {
        if (deployment === serving || keep.includes(deployment)) continue;
        // Pushed again since it was released here: for another app, whose turn is still to come.
        const released = Date.parse(listed.find((one) => one.deployment === deployment)?.at ?? "");
        const isAwaited = (imageId: string) => layers.isAwaited(imageId, released || 0);
        // One whose image is still in use stays in the history, so that the next time finds it.
        if (await removeReleaseImage(engine, app, deployment, isAwaited)) gone.push(deployment);
      }
      releases.forget(gone);
      journal.prune(app, KEPT_RECORDS);
      if (gone.length > 0) log("info", `Removed ${gone.length} old release(s)`);
      await this.#removeUnusedImages();
    } catch (error) {
      log("warn", `Old releases were not removed: ${errorJson(error).message}`);
    }
  }

  /** Take away what a deployment that became no release has of its image. */
  async dropImage({ app, deployment }: Release): Promise<void> {
    const { engine, layers } = this.#options;
    // What is still awaited goes when its hour is over.
    await removeReleaseImage(engine, app, deployment, (imageId) => layers.isAwaited(imageId));
  }

  async #removeUnusedImages(): Promise<void> {
    const { releases, engine, layers } = this.#options;
    const images = releases.images();
    for (const imageId of await this.#openImages()) images.add(imageId);
    await layers.removeUnusedImages(images);
    const keep = new Set<string>();
    for (const imageId of images) {
      const image = await inspectImage(engine, imageId);
      for (const diffId of image?.RootFS.Layers ?? []) keep.add(diffId);
    }
    await layers.removeUnused(keep);
  }

  /** Images of deployments that have not ended: of queued ones too, and of what was just pulled. */
  async #openImages(): Promise<readonly string[]> {
    const { journal, engine } = this.#options;
    const images: string[] = [];
    for (const { app, id, image, imageId } of journal.open()) {
      const names = imageId === null ? [releaseTag(app, id), engineName(image)] : [imageId];
      for (const name of names) {
        const found = await inspectImage(engine, name);
        if (found) images.push(found.Id);
      }
    }
    return images;
  }
}
