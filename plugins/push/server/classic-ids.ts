/**
 * The directory names in a `docker save` archive of an engine before 25. They are the IDs that
 * images had before Docker 1.10: the digest of a made-up configuration that names the layer by
 * its chain ID and the layer below by its own ID of this kind. All but the top layer's are
 * predictable, so the top one is what remains.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** Diff IDs by directory name, for one archive. */
export class ClassicIds {
  readonly #diffIds: readonly string[];
  /** By the JSON they were computed from: all layers but the top share one. */
  readonly #computed: Map<string, ReadonlyMap<string, string>> = new Map();
  readonly #known: Map<string, string> = new Map();
  #top: string | null = null;

  constructor(diffIds: readonly string[]) {
    this.#diffIds = diffIds;
  }

  /** Learn from the `json` file of a directory. */
  learn(name: string, json: Uint8Array): void {
    const found = this.#compute(json).get(name);
    if (found) this.#known.set(name, found);
  }

  /** The diff ID of the layer in the directory, or null when it cannot be told. */
  diffIdOf(name: string): string | null {
    const known = this.#known.get(name);
    if (known) return known;
    this.#top ??= name;
    return this.#top === name ? (this.#diffIds.at(-1) ?? null) : null;
  }

  #compute(json: Uint8Array): ReadonlyMap<string, string> {
    const { id: _id, parent: _parent, os: _os, ...base } = JSON.parse(Buffer.from(json).toString());
    const key = JSON.stringify(base);
    const known = this.#computed.get(key);
    if (known) return known;
    const ids = new Map<string, string>();
    let chain = "";
    let parent = "";
    for (const diffId of this.#diffIds) {
      chain = chain === "" ? diffId : sha256(`${chain} ${diffId}`);
      const config = { ...base, layer_id: chain, ...(parent === "" ? {} : { parent }) };
      parent = sha256(JSON.stringify(sorted(config)));
      ids.set(parent.slice("sha256:".length), diffId);
    }
    this.#computed.set(key, ids);
    return ids;
  }
}

/** The same object, its keys in the order Go writes a map's. */
function sorted(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
