/**
 * What was probably meant by a wrong value, and how it is written: for mistakes that people make.
 * The tables beside this file know them by kind of setting.
 *
 * @module
 */

import type { Notation } from "../notation.ts";
import { kindOf } from "../place.ts";
import type { Path } from "../tree.ts";
import { CONTAINER } from "./container.ts";
import type { Correct } from "./correction.ts";
import { IMAGE } from "./image.ts";
import { TARGET } from "./target.ts";
import { VALUES } from "./values.ts";

const ALL: ReadonlyMap<string, Correct> = new Map(
  [TARGET, CONTAINER, IMAGE, VALUES].flatMap((table) => Object.entries(table)),
);

/** What to do about `input`, which is wrong at `path`. */
export function correct(path: Path, input: unknown, notation: Notation): string | undefined {
  const found = ALL.get(kindOf(path))?.(input, notation);
  if (!found) return undefined;
  if ("advice" in found) return found.advice;
  const last = path.at(-1);
  return writing(
    typeof last === "string" ? notation.setting(last, found.write) : notation.item(found.write),
  );
}

/** "Write …", on one line or several. */
export function writing(text: string): string {
  return text.includes("\n") ? `Write\n${text.replace(/^/gm, "  ")}` : `Write \`${text}\``;
}
