/**
 * What the schema says about keys, worked out once: the shape of a whole config, and the names
 * of all settings.
 *
 * @module
 */

import { configSchema } from "./schema/index.ts";
import { type Shape, shapeOf, spell } from "./shape.ts";

/** The shape of a whole config. */
export const CONFIG_SHAPE: Shape = shapeOf(configSchema);

/** Every key of the schema in both spellings: words that are no secrets. */
export const SETTING_NAMES: ReadonlySet<string> = new Set(
  namesIn(CONFIG_SHAPE).flatMap((name) => [name, spell(name, "snake")]),
);

function namesIn(shape: Shape): string[] {
  if (shape.kind === "any") return [];
  if (shape.kind !== "object") return namesIn(shape.item);
  return [...shape.keys].flatMap(([name, inner]) => [name, ...namesIn(inner)]);
}
