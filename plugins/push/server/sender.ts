/**
 * Sends layers in parts, a few at a time. Reading waits for sending, so that memory stays the
 * same however large a layer is.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { isHaloyError, type ServerConnection } from "../../../plugin.ts";
import {
  type LayerCompletion,
  type LayerCompletionAnswer,
  PARTS_IN_FLIGHT,
} from "../../../wire/layers.ts";
import { cutParts, packPart } from "../../../wire/parts.ts";
import { type SourceLayer, UnreadableLayer } from "./source.ts";

/** What a sender needs. */
export interface SenderOptions {
  readonly server: ServerConnection;
  readonly signal: AbortSignal;
  /** Called with the compressed bytes of each part that arrived. */
  onSent(bytes: number): void;
}

/** Sends layers to one server. */
export class LayerSender {
  readonly #options: SenderOptions;
  readonly #failed: AbortController = new AbortController();
  readonly #signal: AbortSignal;
  readonly #inFlight: Set<Promise<void>> = new Set();
  readonly #completions: Promise<void>[] = [];
  readonly #completed: Set<string> = new Set();
  readonly #sent: Set<string> = new Set();

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#failed.signal]);
  }

  /** Layers of which at least one part was sent. */
  get layersSent(): number {
    return this.#sent.size;
  }

  /**
   * Read a layer and send the parts that the server does not have. Resolves when it is read, to
   * its diff ID; {@link finish} waits for the rest. A layer that cannot be read (null), or that
   * arrives damaged, is left out of what `finish` gives.
   */
  async send(layer: SourceLayer, partsThere: readonly number[]): Promise<string | null> {
    const there = new Set(partsThere);
    const hash = layer.diffId === null ? createHash("sha256") : null;
    const sending: Promise<void>[] = [];
    let size = 0;
    let parts = 0;
    try {
      for await (const part of cutParts(layer.bytes())) {
        hash?.update(part);
        size += part.byteLength;
        const index = parts++;
        if (there.has(index)) continue;
        await this.#slot();
        sending.push(this.#start(() => this.#sendPart(layer.digest, index, part)));
      }
    } catch (error) {
      if (!(error instanceof UnreadableLayer)) throw error;
      this.#completions.push(...sending);
      return null;
    }
    const diffId = layer.diffId ?? `sha256:${hash?.digest("hex")}`;
    const complete = async () => {
      await Promise.all(sending);
      if (!this.#signal.aborted) await this.#complete(layer.digest, { diffId, size, parts });
    };
    this.#completions.push(this.#watch(complete()));
    return diffId;
  }

  /** Wait until everything arrived. Gives back the diff IDs of the layers the server accepted. */
  async finish(): Promise<ReadonlySet<string>> {
    await Promise.all(this.#completions);
    this.#signal.throwIfAborted();
    return this.#completed;
  }

  /** End everything that is under way. */
  async abort(reason: unknown): Promise<void> {
    this.#failed.abort(reason);
    await Promise.all([...this.#completions, ...this.#inFlight]);
  }

  async #slot(): Promise<void> {
    while (this.#inFlight.size >= PARTS_IN_FLIGHT) await Promise.race(this.#inFlight);
    this.#signal.throwIfAborted();
  }

  #start(task: () => Promise<void>): Promise<void> {
    const running = this.#watch(task()).finally(() => this.#inFlight.delete(running));
    this.#inFlight.add(running);
    return running;
  }

  /** Never rejects: the first error ends everything else, and is what `finish` throws. */
  async #watch(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      // The layer is sent again, from its beginning, by whoever looks at what was accepted.
      if (isHaloyError(error) && error.code === "LAYER_CORRUPT") return;
      this.#failed.abort(error);
    }
  }

  async #sendPart(digest: string, index: number, part: Uint8Array): Promise<void> {
    const frame = await packPart(part);
    const response = await this.#options.server.request(`/v1/layers/${digest}/parts/${index}`, {
      method: "PUT",
      headers: { "content-type": "application/zstd" },
      body: frame,
      signal: this.#signal,
    });
    await response.body?.cancel();
    this.#sent.add(digest);
    this.#options.onSent(frame.byteLength);
  }

  async #complete(digest: string, completion: LayerCompletion): Promise<void> {
    const { diffId } = await this.#options.server.json<LayerCompletionAnswer>(
      `/v1/layers/${digest}/complete`,
      { method: "POST", json: completion, signal: this.#signal },
    );
    this.#completed.add(diffId);
  }
}
