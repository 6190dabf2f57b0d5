/**
 * The limit of a config: a few lines can mean a lot, because every target inherits them.
 *
 * @module
 */

import { WHOLE_FILE } from "./layers.ts";
import { draft } from "./merge.ts";
import type { Finding } from "./tree.ts";

/** No sensible config comes near. */
const MAX_TARGETS = 5000;
/** Values that all targets together may inherit: each is looked at for each target. */
const MAX_INHERITED = 500_000;

/** What is wrong with a config of too many targets, also by what they inherit. Takes any value. */
export function tooManyTargets(config: unknown): Finding[] {
  const file = draft(config);
  const targets = draft(file.targets);
  const keys = Object.keys(targets);
  if (keys.length === 0) return [];
  if (keys.length > MAX_TARGETS) {
    return [{ path: ["targets"], message: `must have at most ${MAX_TARGETS} items` }];
  }
  const images = draft(file.images);
  const sizes = new Map<unknown, number>();
  const sizeOf = (value: unknown) => {
    const size = sizes.get(value) ?? countValues(value);
    sizes.set(value, size);
    return size;
  };
  const shared = Object.keys(file).filter((key) => !WHOLE_FILE.has(key));
  const each = shared.reduce((size, key) => size + countValues(file[key]), 0);
  const chosen = keys.reduce((size, key) => {
    const { imageKey } = draft(targets[key]);
    const image = typeof imageKey === "string" && Object.hasOwn(images, imageKey);
    return size + (image ? sizeOf(images[imageKey]) : 0);
  }, 0);
  if (keys.length * each + chosen <= MAX_INHERITED) return [];
  return [
    {
      path: ["targets"],
      message: `inherit more than ${MAX_INHERITED} values together`,
      suggestion: "Write what only some of them need in these targets",
    },
  ];
}

/** A value and all values in it. One that holds itself is counted until it is too much. */
function countValues(value: unknown): number {
  let count = 0;
  const open = [value];
  while (open.length > 0 && count <= MAX_INHERITED) {
    const one = open.pop();
    count++;
    if (typeof one === "object" && one !== null) {
      for (const inner of Object.values(one)) open.push(inner);
    }
  }
  return count;
}
