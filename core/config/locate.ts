/**
 * Where in a file a finding is, and how the file writes its path.
 *
 * @module
 */

import type { Location } from "../errors.ts";
import { Lines } from "./lines.ts";
import { printPath } from "./notation.ts";
import { spell } from "./shape.ts";
import { type Place, placeKey, type Source } from "./source.ts";
import type { Finding, Path, Range } from "./tree.ts";

/** What turning findings into problems needs to know of the file. */
export type Described = Pick<Source, "file" | "text" | "spelling" | "places" | "hidden">;

/** A place in a file. */
export interface Located {
  /** As the file writes it: `image.build_config.args[0].name`. */
  readonly path: string;
  readonly range: Range | undefined;
  /** It is written there, not missing there. */
  readonly exact: boolean;
}

const LINES: WeakMap<Described, Lines> = new WeakMap();

/** The lines of a text, cut once. */
export function linesOf(source: Described): Lines | null {
  if (source.text === null) return null;
  const lines = LINES.get(source) ?? new Lines(source.text);
  LINES.set(source, lines);
  return lines;
}

/** Where the value at `path` stands; of a missing one, the nearest value around it. */
export function locatePath(source: Described, path: Path): Location {
  const range = rangeOf(nearestPlace(source, path)?.place);
  const lines = linesOf(source);
  return { file: source.file, ...(lines && range ? lines.position(range[0]) : {}) };
}

/** Where a finding is: at its setting, or where that is missing. */
export function locate(
  source: Described,
  { path, range, target }: Pick<Finding, "path" | "range" | "target">,
): Located {
  // The finder gave a range, then the path is as written.
  if (range) return { path: printPath(path), range, exact: false };
  const found = nearestPlace(source, path);
  if (!found) return { path: printPath(path), range: undefined, exact: false };
  const { place, rest } = found;
  // A shorthand has no parts: `image: "…"` has no `image.repository`.
  const free = path.includes("with") || path[0] === "secretProviders";
  const missing = place.scalar ? [] : rest.map((step) => (free ? step : written(step, source)));
  return {
    path: printPath([...place.written, ...missing]),
    range: (target === "key" && rest.length === 0 && place.key) || rangeOf(place),
    exact: rest.length === 0,
  };
}

function written(step: string | number, { spelling }: Described): string | number {
  return typeof step === "number" ? step : spell(step, spelling);
}

function nearestPlace({ places }: Described, path: Path): { place: Place; rest: Path } | undefined {
  for (let length = path.length; length >= 0; length--) {
    const place = places.get(placeKey(path.slice(0, length)));
    if (place) return { place, rest: path.slice(length) };
  }
  return undefined;
}

/** The scalar itself; of a map or a list its key, or where its first line begins. */
function rangeOf(place: Place | undefined): Range | undefined {
  if (!place) return undefined;
  const empty = place.value[0] === place.value[1];
  if (place.scalar && !empty) return place.value;
  return place.key ?? [place.value[0], place.value[0]];
}
