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
import type { Buffers } from "../../../wire/memory.ts";
import { cutParts, frameBuffers, packPart, partBuffers } from "../../../wire/parts.ts";
import { Slots } from "./slots.ts";
import { type SourceLayer, UnreadableLayer } from "./source.ts";

/** Parts that are packed at the same time: on two cores, more is no faster. */
const PARTS_PACKED = 2;

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
  readonly #buffers: Buffers = partBuffers();
  readonly #frames: Buffers = frameBuffers();
  readonly #packing: Slots = new Slots(PARTS_PACKED);
  readonly #sending: Slots = new Slots(PARTS_IN_FLIGHT);
  readonly #work: Set<Promise<unknown>> = new Set();
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
    const sending: Promise<boolean>[] = [];
    let size = 0;
    let parts = 0;
    try {
      for await (const part of cutParts(layer.bytes(), this.#buffers)) {
        hash?.update(part);
        size += part.byteLength;
        const index = parts++;
        if (there.has(index)) {
          this.#buffers.release(part);
          continue;
        }
        const packed = await this.#packing.take();
        this.#signal.throwIfAborted();
        sending.push(this.#watch(this.#sendPart(layer.digest, index, part, packed)));
      }
    } catch (error) {
      if (!(error instanceof UnreadableLayer)) throw error;
      return null;
    }
    const diffId = layer.diffId ?? `sha256:${hash?.digest("hex")}`;
    const complete = async () => {
      const arrived = await Promise.all(sending);
      if (arrived.every(Boolean)) await this.#complete(layer.digest, { diffId, size, parts });
    };
    this.#watch(complete());
    return diffId;
  }

  /** Wait until everything arrived. Gives back the diff IDs of the layers the server accepted. */
  async finish(): Promise<ReadonlySet<string>> {
    await Promise.all(this.#work);
    this.#signal.throwIfAborted();
    return this.#completed;
  }

  /** End everything that is under way. */
  async abort(reason: unknown): Promise<void> {
    this.#failed.abort(reason);
    await Promise.all(this.#work);
  }

  /**
   * Resolves to whether the work was done. Never rejects: the first error ends everything else,
   * and is what `finish` throws. A damaged layer is no such error: whoever looks at what was
   * accepted sends it again, from its beginning.
   */
  #watch(work: Promise<void>): Promise<boolean> {
    const watched = work
      .then(
        () => true,
        (error) => {
          const damaged = isHaloyError(error) && error.code === "LAYER_CORRUPT";
          if (!damaged) this.#failed.abort(error);
          return false;
        },
      )
      .finally(() => this.#work.delete(watched));
    this.#work.add(watched);
    return watched;
  }

  async #sendPart(
    digest: string,
    index: number,
    part: Buffer<ArrayBuffer>,
    packed: () => void,
  ): Promise<void> {
    let frame: Buffer<ArrayBuffer>;
    let sent: () => void;
    try {
      frame = await packPart(part, this.#frames);
      this.#buffers.release(part);
      sent = await this.#sending.take();
    } finally {
      // Only now may the next part be packed: frames that wait to be sent are memory, too.
      packed();
    }
    try {
      const response = await this.#options.server.request(`/v1/layers/${digest}/parts/${index}`, {
        method: "PUT",
        headers: { "content-type": "application/zstd" },
        body: frame,
        signal: this.#signal,
      });
      await response.body?.cancel();
    } finally {
      sent();
    }
    this.#sent.add(digest);
    this.#options.onSent(frame.byteLength);
    this.#frames.release(frame);
  }

  async #complete(digest: string, completion: LayerCompletion): Promise<void> {
    const { diffId } = await this.#options.server.json<LayerCompletionAnswer>(
      `/v1/layers/${digest}/complete`,
      { method: "POST", json: completion, signal: this.#signal },
    );
    this.#completed.add(diffId);
  }
}
