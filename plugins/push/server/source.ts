/**
 * Where the layers of a local image can be read from. One small interface, so that a faster way
 * can stand before the one that always works.
 *
 * @module
 */

import type { LocalImage } from "../../../plugin.ts";

/** A layer, to be read before the next item is asked for. */
export interface SourceLayer {
  readonly kind: "layer";
  /** The diff ID, or where that is not known yet the digest of the compressed blob. */
  readonly digest: string;
  readonly diffId: string | null;
  /** The uncompressed bytes; a piece is valid until the next one. May throw {@link UnreadableLayer}. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** The image's configuration, byte for byte. */
export interface SourceConfig {
  readonly kind: "config";
  readonly bytes: Uint8Array;
}

/** What is asked of a source. It may give more. */
export interface Wanted {
  readonly image: LocalImage;
  /** Diff IDs. */
  readonly layers: ReadonlySet<string>;
  readonly config: boolean;
  readonly signal: AbortSignal;
}

/** One way to read an image. */
export interface LayerSource {
  /** For the log. */
  readonly name: string;
  /**
   * The image's parts in whatever order they come. A source that cannot give everything gives
   * what it can; the next one is asked for the rest.
   */
  read(wanted: Wanted): AsyncGenerator<SourceLayer | SourceConfig, void, void>;
}

/** The layer cannot be read from this source. Another one may. */
export class UnreadableLayer extends Error {
  override readonly name = "UnreadableLayer";
}

/**
 * Whether `bytes` is the configuration of the image: its layers, and its platform, because those
 * of two platforms may have the same layers.
 */
export function isConfigOf(bytes: Uint8Array, { diffIds, platform }: LocalImage): boolean {
  try {
    const { os, architecture, rootfs } = JSON.parse(Buffer.from(bytes).toString()) ?? {};
    const layers: unknown = rootfs?.diff_ids ?? [];
    const same = Array.isArray(layers) && layers.join() === diffIds.join();
    return same && `${platform}/`.startsWith(`${os}/${architecture}/`);
  } catch {
    return false;
  }
}
