/**
 * All rules between fields.
 *
 * @module
 */

import { type Layered, layeredTargets } from "../layers.ts";
import { draft } from "../merge.ts";
import type { Notation } from "../notation.ts";
import type { Finding, Path } from "../tree.ts";
import { CONTAINER_RULES } from "./container.ts";
import { fileFindings } from "./file.ts";
import { IMAGE_RULES } from "./image.ts";
import { isText } from "./rule.ts";
import { TARGET_RULES } from "./target.ts";

/** What a config says that cannot all be true. Takes any value; paths are those of the file. */
export function ruleFindings(config: unknown, notation: Notation): Finding[] {
  if (!isMap(config)) return [];
  const file = draft(config);
  // Of targets that cannot be read, nobody knows what they say.
  const unreadable = file.targets !== undefined && !isMap(file.targets);
  const targets = unreadable ? [] : layeredTargets(config);
  const rules = [...TARGET_RULES, ...CONTAINER_RULES, ...IMAGE_RULES];
  const found = targets.flatMap((target) =>
    rules.flatMap((rule) =>
      rule(target, notation).map((finding) => inFile(finding, target, notation)),
    ),
  );
  return [...fileFindings(file, targets, notation), ...found];
}

/**
 * A finding about a merged target as one about the file: at the setting that was inherited, with
 * the target that inherits it.
 */
export function inFile(finding: Finding, target: Layered, notation: Notation): Finding {
  const { key } = target;
  const own = ["targets", key ?? ""];
  const said = finding.path.length === 0 && key !== null ? { path: own } : {};
  const { path, message } = { ...written(finding, target, notation), ...said };
  const because = (finding.because ?? []).map((one) => written(one, target, notation));
  const isOwn = (place: Path) => place[0] === "targets" && place[1] === key;
  const inherited = key !== null && !isOwn(path) && !because.some((one) => isOwn(one.path));
  const heir = { path: own, message: path[0] === "images" ? "uses it" : "inherits it" };
  return { ...finding, path, message, because: inherited ? [...because, heir] : because };
}

/** Where the file says it. A preset says it in another word. */
function written(
  { path, message }: Pick<Finding, "path" | "message">,
  { origin, draft: { preset } }: Layered,
  notation: Notation,
): { readonly path: Path; readonly message: string } {
  const place = origin(path);
  const byPreset = place.at(-1) === "preset" && path.at(-1) !== "preset" && isText(preset);
  if (!byPreset) return { path: place, message };
  return { path: place, message: `is "${preset}": ${notation.path(path)} ${message}` };
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
