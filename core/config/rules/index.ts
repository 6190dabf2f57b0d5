/**
 * All rules between fields.
 *
 * @module
 */

import { type Layered, layeredTargets } from "../layers.ts";
import { draft } from "../merge.ts";
import type { Finding } from "../tree.ts";
import { fileFindings } from "./file.ts";
import { IMAGE_RULES } from "./image.ts";
import { TARGET_RULES } from "./target.ts";

/** What a config says that cannot all be true. Takes any value; paths are those of the file. */
export function ruleFindings(config: unknown): Finding[] {
  const targets = layeredTargets(config);
  const rules = [...TARGET_RULES, ...IMAGE_RULES];
  const found = targets.flatMap((target) =>
    rules.flatMap((rule) => rule(target).map((finding) => inFile(finding, target))),
  );
  return [...fileFindings(draft(config), targets), ...found];
}

/**
 * A finding about a merged target as one about the file: at the setting that was inherited, with
 * the target that inherits it.
 */
export function inFile(finding: Finding, { key, origin }: Layered): Finding {
  const path = key !== null && finding.path.length === 0 ? ["targets", key] : origin(finding.path);
  const because = (finding.because ?? []).map((one) => ({ ...one, path: origin(one.path) }));
  const inherited = key !== null && !(path[0] === "targets" && path[1] === key);
  const heir = { path: ["targets", key ?? ""], message: "is the target that inherits it" };
  return { ...finding, path, because: inherited ? [...because, heir] : because };
}
