/**
 * Problems in a config, each with its place, and the one error that lists them all.
 *
 * @module
 */

import { fail, type HaloyError, type Location } from "../errors.ts";
import { printable } from "./lines.ts";
import { type Described, type Located, linesOf, locate } from "./locate.ts";
import { placeKey } from "./source.ts";
import type { Finding, Range } from "./tree.ts";

/** One thing wrong with a config, or worth knowing about it. Plain data. */
export interface Problem {
  readonly severity: "error" | "warning";
  /** The setting, as the file writes it: `image.build_config.args[0].name`. Empty: the file. */
  readonly path: string;
  /** What is wrong, in words that follow the path. */
  readonly message: string;
  readonly at: Location;
  /** What to do about it, where that is known. */
  readonly suggestion?: string;
  /** The line before, the line, and carets under the place; secrets and comments left out. */
  readonly excerpt?: string;
  /** Other settings that have to do with it, and targets that inherit it. */
  readonly related?: readonly Related[];
}

/** A setting that has to do with a problem elsewhere. */
export interface Related {
  readonly path: string;
  /** In words that follow the path. */
  readonly message: string;
  readonly at: Location;
  readonly excerpt?: string;
}

/** Problems that are printed. */
const PRINTED = 50;
/** Lines between two places that are seen at one glance. */
const NEAR = 2;
/** Problems that are kept as data. A file with more is not a config with mistakes. */
const KEPT = 500;
/** Other settings that are printed with a problem. */
const RELATED = 3;
/** Characters of a text that are printed on one line. */
const LONGEST = 400;

/** Findings with places, in the order of the file. */
export function toProblems(
  source: Described,
  severity: Problem["severity"],
  findings: readonly Finding[],
): Problem[] {
  const lines = linesOf(source);
  const resolved = findings.map((finding) => ({ finding, ...locate(source, finding) }));
  const concluded = new Set(
    resolved.filter(({ finding }) => finding.conclusive).map(({ range }) => range?.[0]),
  );
  const open = resolved
    .filter(({ finding, range }) => finding.conclusive || !concluded.has(range?.[0]))
    .sort((a, b) => (a.range?.[0] ?? 0) - (b.range?.[0] ?? 0));
  return oneOfEachKind(open).map(({ finding, because, range, path }, index) => {
    const printed = index < PRINTED;
    const place = (range: Range | undefined, printed: boolean) => ({
      at: { file: source.file, ...(lines && range ? lines.position(range[0]) : {}) },
      excerpt: lines && range && printed ? lines.excerpt(range, source.hidden) : "",
    });
    const { at, excerpt } = place(range, printed);
    const related = because.map((one, count): Related => {
      const other = locate(source, one);
      const { at: there, excerpt } = place(other.range, printed && count < RELATED);
      // What stands right beside it is seen without a second excerpt, and a target is more than a line.
      const near = Math.abs((there.line ?? 0) - (at.line ?? 0)) <= NEAR;
      const whole = one.path.length === 2 && one.path[0] === "targets";
      return {
        ...{ path: other.path, message: clean(one.message), at: there },
        ...shown(near || whole ? "" : excerpt),
      };
    });
    const { message, suggestion } = finding;
    return {
      ...{ severity, path, message: clean(message), at, ...shown(excerpt) },
      ...(suggestion === undefined ? {} : { suggestion: clean(suggestion) }),
      ...(related.length === 0 ? {} : { related }),
    };
  });
}

interface Resolved extends Located {
  readonly finding: Finding;
}

type Other = NonNullable<Finding["because"]>[number];

/**
 * What several targets inherit is one problem, with all of them, not one for each; so is what is
 * merged into several maps from one anchor.
 */
function oneOfEachKind(resolved: readonly Resolved[]) {
  const kinds = new Map<string, Resolved & { others: Map<string, Other> }>();
  for (const one of resolved) {
    const { finding, path, range, exact } = one;
    const kind = JSON.stringify([exact && range ? "" : path, finding.message, range?.[0]]);
    const known = kinds.get(kind) ?? { ...one, others: new Map() };
    kinds.set(kind, known);
    for (const other of finding.because ?? []) known.others.set(placeKey(other.path), other);
  }
  return [...kinds.values()].map((kind) => ({ ...kind, because: [...kind.others.values()] }));
}

/** One error for all errors of a file. `details` are the problems as data. */
export function configError(
  code: "CONFIG_INVALID" | "CONFIG_UNREADABLE",
  shown: string,
  problems: readonly Problem[],
): HaloyError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const printed = problems.slice(0, PRINTED).map((problem) => printProblem(problem, shown));
  if (problems.length > PRINTED) printed.push(`and ${problems.length - PRINTED} more`);
  const action = code === "CONFIG_INVALID" ? "use" : "read";
  return fail(code, {
    message: `Cannot ${action} ${shown}: ${count}\n\n${printed.join("\n\n")}`,
    hint: "Correct the config and run the command again",
    at: problems[0]?.at,
    details: problems.slice(0, KEPT),
  });
}

/**
 * A problem as plain text, without a line break at its end: the place with what is wrong and the
 * lines there, then the same of other settings that have to do with it, then what to do.
 */
export function printProblem(problem: Problem, shown: string): string {
  const { excerpt, suggestion, related = [] } = problem;
  const say = ({ at, path, message }: Pick<Problem, "at" | "path" | "message">) => {
    const place = at.line === undefined ? shown : `${shown}:${at.line}:${at.column}`;
    return `${place}  ${path || "the config"} ${message}`;
  };
  const others = related.slice(0, RELATED).flatMap((one) => [`  ${say(one)}`, one.excerpt]);
  const more = related.length - RELATED;
  return [
    ...[say(problem), excerpt, ...others],
    more > 0 ? `  and ${more} more` : "",
    suggestion?.replace(/^/gm, "  "),
  ]
    .filter((part) => part !== undefined && part !== "")
    .join("\n");
}

/** Text of ours with words of the config in it, as it may be printed. */
function clean(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line, LONGEST))
    .join("\n");
}

const shown = (excerpt: string) => (excerpt === "" ? {} : { excerpt });
