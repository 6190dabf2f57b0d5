/**
 * What kind of setting stands at a path, wherever in the file: `env[]` is a variable of the whole
 * file or of a target, `image.tag` also that of an image under `images`.
 *
 * @module
 */

import type { Path } from "./tree.ts";

/** The kind of setting at a path: keys with dots, positions as `[]`, names of targets and images left out. */
export function kindOf(path: Path): string {
  const [first, name, ...rest] = path;
  if (first === "targets" && name !== undefined) return rest.length === 0 ? "target" : kindOf(rest);
  if (first === "images" && name !== undefined) return kindOf(["image", ...rest]);
  if (first === "secretProviders" && rest.length === 0)
    return name === undefined ? first : "provider";
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}
