/**
 * From a config that was read to one that is valid, or to every problem in it.
 *
 * @module
 */

import type { Location } from "../errors.ts";
import { CONFIG_SHAPE } from "./config-shape.ts";
import { configError, type Problem, toProblems } from "./diagnostics.ts";
import { describeIssue, issueFindings } from "./issues.ts";
import { type Layered, layeredTargets } from "./layers.ts";
import { locatePath } from "./locate.ts";
import { notationOf } from "./notation.ts";
import { resolveConfig } from "./resolve.ts";
import { adviceFindings } from "./rules/advice.ts";
import { ruleFindings } from "./rules/index.ts";
import { configSchema } from "./schema/index.ts";
import type { Source } from "./source.ts";
import { tooManyTargets } from "./too-many.ts";
import type { Path } from "./tree.ts";
import type { Config } from "./types.ts";

/** A valid config. */
export interface Checked {
  readonly config: Config;
  readonly warnings: readonly Problem[];
  /**
   * Where a setting stands; of one that is not written, what is around it. With `target`, a path
   * inside of that resolved target, wherever it inherits it from; else one of the file. Keys as in
   * `config`.
   */
  locate(path: Path, target?: string): Location;
}

/** Check a source. Throws `CONFIG_INVALID` with all problems. */
export function checkSource(source: Source): Checked {
  const { value } = source;
  const notation = notationOf(source);
  const parsed = configSchema.safeParse(value, { reportInput: true, error: describeIssue });
  const issues = parsed.success ? [] : parsed.error.issues;
  const tooMuch = tooManyTargets(value);
  const findings = [
    ...source.findings,
    ...issueFindings(value, issues, CONFIG_SHAPE, notation),
    ...(tooMuch.length > 0 ? tooMuch : ruleFindings(value, notation)),
  ];
  if (!parsed.success || findings.length > 0) {
    throw configError("CONFIG_INVALID", source.shown, toProblems(source, "error", findings));
  }
  const targets = layeredTargets(value);
  const config = resolveConfig(targets, parsed.data);
  let layered: ReadonlyMap<string | null, Layered> | undefined;
  /** Where the file writes what a resolved target has at `path`. */
  const inTarget = (path: Path, name: string): Path => {
    layered ??= new Map(targets.map((target) => [target.key, target]));
    return (layered.get(name) ?? layered.get(null))?.origin(path) ?? path;
  };
  return {
    config,
    warnings: toProblems(source, "warning", adviceFindings(targets, parsed.data, config, notation)),
    locate: (path, target) =>
      locatePath(source, target === undefined ? path : inTarget(path, target)),
  };
}
