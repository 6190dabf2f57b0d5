/**
 * Problems in a config, each with its place, and the one error that lists them all.
 *
 * @module
 */

import { fail, type HaloyError, type Location } from "../errors.ts";
import { Lines, printable } from "./lines.ts";
import { printPath } from "./notation.ts";
import { spell } from "./shape.ts";
import { type Place, placeKey, type Source } from "./source.ts";
import type { Finding, Path, Range } from "./tree.ts";

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

/** What turning findings into problems needs to know of the file. */
export type Described = Pick<Source, "file" | "text" | "spelling" | "places" | "hidden">;

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
  const resolved = findings.map((finding) => ({ finding, ...resolve(source, finding) }));
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
      const other = resolve(source, one);
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

interface Resolved {
  readonly finding: Finding;
  readonly path: string;
  readonly range: Range | undefined;
  /** It is written there, not missing there. */
  readonly exact: boolean;
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

/** Text of ours with words of the config in it, as it may be printed. */
function clean(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line, LONGEST))
    .join("\n");
}

const LINES: WeakMap<Described, Lines> = new WeakMap();

/** The lines of a text, cut once. */
function linesOf(source: Described): Lines | null {
  if (source.text === null) return null;
  const lines = LINES.get(source) ?? new Lines(source.text);
  LINES.set(source, lines);
  return lines;
}

/** Where the value at `path` stands; of a missing one, the nearest value around it. */
export function locatePath(source: Described, path: Path): Location {
  const range = rangeOf(nearestPlace(source, path)?.place);
  const lines = linesOf(source);
  return { file: source.file, ...(lines && range ? lines.position(range[0]) : {}) };
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

const shown = (excerpt: string) => (excerpt === "" ? {} : { excerpt });

function resolve(
  source: Described,
  { path, range, target }: Pick<Finding, "path" | "range" | "target">,
): Omit<Resolved, "finding"> {
  // The finder gave a range, then the path is as written.
  if (range) return { path: printPath(path), range, exact: false };
  const found = nearestPlace(source, path);
  if (!found) return { path: printPath(path), range: undefined, exact: false };
  const { place, rest } = found;
  // A shorthand has no parts: `image: "…"` has no `image.repository`.
  const free = path.includes("with") || path[0] === "secretProviders";
  const missing = place.scalar ? [] : rest.map((step) => (free ? step : written(step, source)));
  return {
    path: printPath([...place.written, ...missing]),
    range: (target === "key" && rest.length === 0 && place.key) || rangeOf(place),
    exact: rest.length === 0,
  };
}

function written(step: string | number, { spelling }: Described): string | number {
  return typeof step === "number" ? step : spell(step, spelling);
}

function nearestPlace({ places }: Described, path: Path): { place: Place; rest: Path } | undefined {
  for (let length = path.length; length >= 0; length--) {
    const place = places.get(placeKey(path.slice(0, length)));
    if (place) return { place, rest: path.slice(length) };
  }
  return undefined;
}

/** The scalar itself; of a map or a list its key, or where its first line begins. */
function rangeOf(place: Place | undefined): Range | undefined {
  if (!place) return undefined;
  const empty = place.value[0] === place.value[1];
  if (place.scalar && !empty) return place.value;
  return place.key ?? [place.value[0], place.value[0]];
}
