/**
 * Rules about a whole file: its layers as they are written.
 *
 * @module
 */

import { type Layered, targetKeys } from "../layers.ts";
import { type Draft, draft } from "../merge.ts";
import type { Notation } from "../notation.ts";
import type { Finding, Path } from "../tree.ts";
import { apart } from "./apart.ts";
import { isText, list, nearestAmong, once } from "./rule.ts";
import { sourcesKnown, writtenLayers } from "./written.ts";

/** Founding document, "Multi-Target Image Selection": either `image` or `image_key`. */
function imageOrKey(file: Draft, { key }: Notation): Finding[] {
  const names = Object.keys(draft(file.images));
  const known = new Set(names);
  const close = nearestAmong(names);
  return writtenLayers(file).flatMap(({ path: base, layer: { image, imageKey } }): Finding[] => {
    if (imageKey === undefined) return [];
    const path = [...base, "imageKey"];
    if (image !== undefined) {
      const because = [{ path: [...base, "image"], message: "is the other one" }];
      const message = `cannot be set together with "image": one of them chooses the image`;
      return [{ path, message, suggestion: "Keep one of the two", because }];
    }
    if (!isText(imageKey) || known.has(imageKey)) return [];
    if (names.length === 0) {
      const message = `is "${imageKey}", but the file has no "images"`;
      const suggestion = `Write the image under "images" at the top, or as "${key("image")}" here`;
      return [{ path, message, suggestion }];
    }
    const meant = close(imageKey);
    return [
      {
        path,
        message: `is "${imageKey}", which is not one of the images: ${some(names)}`,
        suggestion: meant === undefined ? "Choose one of them" : `Did you mean "${meant}"?`,
      },
    ];
  });
}

/** Variables, arguments and secrets: each once in the list that names it. */
function namedOnce(file: Draft): Finding[] {
  const named = (entries: unknown, path: Path) =>
    once(
      list(entries).flatMap((entry, index) => {
        const { name } = draft(entry);
        return isText(name) && NAME.test(name) ? [[name, [...path, index, "name"]] as const] : [];
      }),
      "Keep one of the two",
    );
  const builds = (image: unknown, path: Path) => {
    const build = draft(draft(image).buildConfig);
    return ["args", "secrets"].flatMap((list) =>
      named(build[list], [...path, "buildConfig", list]),
    );
  };
  return [
    ...writtenLayers(file).flatMap(({ path, layer }) => [
      ...named(layer.env, [...path, "env"]),
      ...builds(layer.image, [...path, "image"]),
    ]),
    ...Object.entries(draft(file.images)).flatMap(([key, image]) => builds(image, ["images", key])),
  ];
}

/** Other names are no names, and may be secrets in a wrong place. */
const NAME = /^[\w.-]+$/;

const TARGET_NAME = /^[A-Za-z0-9][\w.-]*$/;

/** Names that can be given on the command line, with commas between them. */
function targetNames(file: Draft): Finding[] {
  return targetKeys(file).flatMap((key): Finding[] => {
    if (TARGET_NAME.test(key) && key.length <= 63) return [];
    const message =
      "cannot be a target's name: it must be 1 to 63 letters, digits, dots, dashes or underscores, a letter or digit first";
    const suggestion = key.includes(",") ? "Write a target for each" : "Give it another name";
    return [{ path: ["targets", key], target: "key", message, suggestion }];
  });
}

/** What is wrong with the file as a whole. Paths are those of the file. */
export function fileFindings(
  file: Draft,
  targets: readonly Layered[],
  notation: Notation,
): Finding[] {
  return [
    ...targetNames(file),
    ...imageOrKey(file, notation),
    ...namedOnce(file),
    ...sourcesKnown(file),
    ...apart(targets),
  ];
}

/** The first names, for a sentence. */
function some(names: readonly string[]): string {
  const shown = names.slice(0, 20);
  return names.length > 20 ? `${shown.join(", ")} and others` : shown.join(", ");
}
