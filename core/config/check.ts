/**
 * From a config that was read to one that is valid, or to every problem in it.
 *
 * @module
 */

import type { Location } from "../errors.ts";
import { configError, locatePath, type Problem, toProblems } from "./diagnostics.ts";
import { CONFIG_SHAPE } from "./formats.ts";
import { describeIssue, issueFindings } from "./issues.ts";
import { adviceFindings, ruleFindings } from "./rules.ts";
import { configSchema } from "./schema.ts";
import type { Source } from "./source.ts";
import type { Path } from "./tree.ts";
import type { Config } from "./types.ts";

/** A valid config. */
export interface Checked {
  readonly config: Config;
  readonly warnings: readonly Problem[];
  /** Where a setting stands; of one that is not written, what is around it. Keys as in `config`. */
  locate(path: Path): Location;
}

/** Check a source. Throws `CONFIG_INVALID` with all problems. */
export function checkSource(source: Source): Checked {
  const { value, spelling } = source;
  const parsed = configSchema.safeParse(value, { reportInput: true, error: describeIssue });
  const issues = parsed.success ? [] : parsed.error.issues;
  const findings = [
    ...source.findings,
    ...issueFindings(issues, CONFIG_SHAPE, spelling),
    ...ruleFindings(value),
  ];
  if (!parsed.success || findings.length > 0) {
    throw configError("CONFIG_INVALID", source.shown, toProblems(source, "error", findings));
  }
  return {
    config: parsed.data,
    warnings: toProblems(source, "warning", adviceFindings(parsed.data)),
    locate: (path) => locatePath(source, path),
  };
}
