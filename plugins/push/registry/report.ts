/**
 * What an engine says of a push, added up.
 *
 * @module
 */

import type { TransferLine } from "../../../engine/registry/transfer.ts";
import type { HookContext } from "../../../plugin.ts";

const DIGEST_LINE = /: digest: (sha256:[0-9a-f]{64}) size: \d+$/;

/** A layer of the push. */
interface Layer {
  /** Bytes sent so far, as the engine counts. */
  sent: number;
  /** The registry has it now and did not before. */
  isNew: boolean;
}

/** Listens to one push. */
export class PushReport {
  readonly #context: Pick<HookContext, "progress" | "log">;
  readonly #registry: string;
  readonly #layers: Map<string, Layer> = new Map();
  #isTriedAgain = false;
  /** Of the manifest or index that the registry has now. */
  digest: string | null = null;
  /** Of the local index in whose place a manifest was pushed: not all of its platforms are here. */
  index: string | null = null;

  /** `registry`: for messages. */
  constructor(registry: string, context: Pick<HookContext, "progress" | "log">) {
    this.#registry = registry;
    this.#context = context;
  }

  /**
   * Bytes of layers that were sent, as engines report them while it goes on: a graph driver counts
   * them before compression, containerd's image store as they are sent. Layers too small or too
   * fast to be reported on count as nothing.
   */
  get bytesSent(): number {
    return this.#sum(({ sent, isNew }) => (isNew ? sent : 0));
  }

  /** Layers that the registry did not have. */
  get layersSent(): number {
    return this.#sum(({ isNew }) => Number(isNew));
  }

  /** Layers of all platforms that are pushed. */
  get layersTotal(): number {
    return this.#layers.size;
  }

  /** Take in a line. */
  add({ status = "", id, progressDetail, aux }: TransferLine): void {
    this.digest = DIGEST_LINE.exec(status)?.[1] ?? this.digest;
    this.index = indexIn(aux) ?? this.index;
    if (id === undefined) return;
    const layer = this.#layers.get(id) ?? { sent: 0, isNew: false };
    this.#layers.set(id, layer);
    const { current, total } = progressDetail ?? {};
    if (status === "Pushing" && current !== undefined) {
      layer.sent = Math.max(layer.sent, current);
      // Padding is sent, too, but is not in the total.
      const done = total === undefined ? current : Math.min(current, total);
      this.#context.progress(`Layer ${id}`, done, total, "bytes");
    } else if (status === "Pushed") {
      layer.isNew = true;
      this.#context.progress(`Layer ${id}`, layer.sent, layer.sent, "bytes");
    } else if (status.startsWith("Retrying")) {
      this.#sayTriedAgain();
    }
  }

  /** Graph drivers say why only when they have given up. */
  #sayTriedAgain(): void {
    if (this.#isTriedAgain) return;
    this.#isTriedAgain = true;
    const message = `${this.#registry} does not take the image yet: the Docker Engine tries again`;
    this.#context.log("warn", message);
  }

  #sum(count: (layer: Layer) => number): number {
    return [...this.#layers.values()].reduce((sum, layer) => sum + count(layer), 0);
  }
}

function indexIn(aux: unknown): string | undefined {
  return (aux as { originalIndex?: { digest?: string } } | undefined)?.originalIndex?.digest;
}
