/**
 * Cache sources and destinations as `docker build --cache-from` and `--cache-to` write them.
 *
 * @module
 */

/** What an entry names. */
export interface Cache {
  /** `registry`, `local`, `inline`, `gha`, …: an image's name alone is a `registry`. */
  readonly type: string;
  /** The image of a `registry` entry. Null for the other types. */
  readonly image: string | null;
}

/** What a cache entry names: an image reference, or `type=…,key=value,…`. */
export function cacheOf(entry: string): Cache {
  if (!entry.includes("=")) return { type: "registry", image: entry };
  const field = (key: string) => new RegExp(`(?:^|,)"?${key}=([^,"]*)`).exec(entry)?.[1];
  const type = field("type") ?? "";
  return { type, image: type === "registry" ? (field("ref") ?? null) : null };
}
