/**
 * Inheritance: each target of a config as it is after everything that it inherits, and where each
 * of its settings is written.
 *
 * Layers from the lowest: what stands at the top of the file, and what the target says. A preset
 * is a layer just below the one that names it. `image_key` puts an image of `images` in its place.
 *
 * @module
 */

import { PRESETS } from "./defaults.ts";
import { type Draft, draft, imageObject, merge } from "./merge.ts";
import type { Path } from "./tree.ts";

/** A target, merged and not checked. */
export interface Layered {
  /** Its name in the config. Null: the config is one target. */
  readonly key: string | null;
  readonly draft: Draft;
  /**
   * Where the setting at a path of `draft` is written; the path of a preset for what it says. Of
   * what is not written anywhere: where the target itself would say it.
   */
  origin(path: Path): Path;
}

/** Settings at the top that are about the whole file. */
export const WHOLE_FILE: ReadonlySet<string> = new Set([
  ...["targets", "images", "plugins", "secretProviders", "globalPreDeploy", "globalPostDeploy"],
  "$schema",
]);

interface Layer {
  readonly draft: Draft;
  /** It is what a preset means, not what somebody wrote. */
  readonly preset: boolean;
  /** Where the setting at a path of `draft` is written. */
  readonly at: (path: Path) => Path;
}

/** All targets of a config, in its order. Takes any value. */
export function layeredTargets(config: unknown): Layered[] {
  const file = draft(config);
  const { name, ...shared } = Object.fromEntries(
    Object.entries(file).filter(([key]) => !WHOLE_FILE.has(key)),
  );
  const keys = targetKeys(config);
  if (keys.length === 0) return [layered(null, layersOf(file, { name, ...shared }, []))];
  return keys.map((key) => {
    const own = draft(draft(file.targets)[key]);
    // An image chosen by its key is not merged with the one at the top, and of two presets one counts.
    const { image, imageKey, preset, ...rest } = shared;
    const inherited = {
      ...rest,
      ...(choosesImage(own) ? {} : { image, imageKey }),
      ...(own.preset === undefined ? { preset } : {}),
    };
    const lower = layersOf(file, inherited, []);
    return layered(key, [...lower, ...layersOf(file, own, ["targets", key])]);
  });
}

/** Names of the targets; none: the config is one target. Takes any value. */
export function targetKeys(config: unknown): string[] {
  return Object.keys(draft(draft(config).targets));
}

const choosesImage = ({ image, imageKey }: Draft) => image === undefined && imageKey !== undefined;

/** What is written in one place, above the preset that it names. */
function layersOf(file: Draft, written: Draft, base: Path): Layer[] {
  const { imageKey, image, ...rest } = written;
  const images = draft(file.images);
  const key = image === undefined && typeof imageKey === "string" ? imageKey : null;
  const chosen = key !== null && Object.hasOwn(images, key) ? imageObject(images[key]) : undefined;
  const own: Layer = {
    draft: { ...rest, image: chosen ?? imageObject(image) },
    preset: false,
    at: (path) =>
      chosen !== undefined && path[0] === "image"
        ? ["images", key ?? "", ...path.slice(1)]
        : [...base, ...path],
  };
  const meaning = presetOf(written.preset);
  if (!meaning) return [own];
  return [{ draft: meaning, preset: true, at: () => [...base, "preset"] }, own];
}

function presetOf(preset: unknown): Draft | undefined {
  return typeof preset === "string" && Object.hasOwn(PRESETS, preset)
    ? PRESETS[preset as keyof typeof PRESETS]
    : undefined;
}

function layered(key: string | null, all: readonly Layer[]): Layered {
  const hasImage = all.some(({ preset, draft }) => !preset && draft.image !== undefined);
  const layers = all.map((layer) =>
    layer.preset && !hasImage ? { ...layer, draft: { ...layer.draft, image: undefined } } : layer,
  );
  const merged = layers.reduce<Draft>((lower, { draft }) => merge(lower, draft), {});
  return {
    key,
    draft: merged,
    origin(path) {
      for (const layer of [...layers].reverse()) {
        const found = within(layer.draft, path, merged);
        if (found) return layer.at(found);
      }
      return key === null ? path : ["targets", key, ...path];
    },
  };
}

/** `path` as a path of `layer`, when there is something. Entries of `env` are found by name. */
function within(layer: Draft, path: Path, merged: Draft): Path | null {
  const [first, index, ...rest] = path;
  if (first === "env" && typeof index === "number") {
    const entry = (merged.env as readonly unknown[] | undefined)?.[index];
    const { name } = draft(entry);
    const entries: readonly unknown[] = Array.isArray(layer.env) ? layer.env : [];
    const at = entries.findIndex((one) => one === entry || (name && draft(one).name === name));
    return at === -1 ? null : ["env", at, ...rest];
  }
  let value: unknown = layer;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return null;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value === undefined ? null : path;
}
