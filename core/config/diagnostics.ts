/**
 * Problems in a config, each with its place, and the one error that lists them all.
 *
 * @module
 */

import { fail, type HaloyError, type Location } from "../errors.ts";
import { Lines, printable } from "./lines.ts";
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
  /** Other settings that make it wrong. */
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

/** Findings with places, in the order of the file. */
export function toProblems(
  source: Described,
  severity: Problem["severity"],
  findings: readonly Finding[],
): Problem[] {
  const lines = source.text === null ? null : new Lines(source.text);
  const resolved = findings.map((finding) => ({ finding, ...resolve(source, finding) }));
  const concluded = new Set(
    resolved.filter(({ finding }) => finding.conclusive).map(({ range }) => range?.[0]),
  );
  return resolved
    .filter(({ finding, range }) => finding.conclusive || !concluded.has(range?.[0]))
    .sort((a, b) => (a.range?.[0] ?? 0) - (b.range?.[0] ?? 0))
    .filter(firstOfItsKind())
    .map(({ finding: { message, suggestion, because = [] }, range, path }, index) => {
      const place = (range: Range | undefined) => ({
        at: { file: source.file, ...(lines && range ? lines.position(range[0]) : {}) },
        ...(lines && range && index < PRINTED ? shown(lines.excerpt(range, source.hidden)) : {}),
      });
      const own = place(range);
      const related = because.map((one): Related => {
        const other = resolve(source, one);
        const { at, excerpt } = place(other.range);
        // What stands right beside it is seen without a second excerpt.
        const near = Math.abs((at.line ?? 0) - (own.at.line ?? 0)) <= NEAR;
        return {
          path: other.path,
          message: one.message,
          at,
          ...shown(near ? "" : (excerpt ?? "")),
        };
      });
      return {
        ...{ severity, path, message, ...own },
        ...(suggestion === undefined ? {} : { suggestion }),
        ...(related.length === 0 ? {} : { related }),
      };
    });
}

/** What several targets inherit is one problem, not one for each of them. */
function firstOfItsKind(): (one: {
  finding: Finding;
  path: string;
  range: Range | undefined;
}) => boolean {
  const seen = new Set<string>();
  return ({ finding: { message }, path, range }) => {
    const kind = JSON.stringify([path, message, range?.[0]]);
    const first = !seen.has(kind);
    seen.add(kind);
    return first;
  };
}

/** Where the value at `path` stands; of a missing one, the nearest value around it. */
export function locatePath(source: Described, path: Path): Location {
  const range = rangeOf(nearestPlace(source, path)?.place);
  if (source.text === null || !range) return { file: source.file };
  return { file: source.file, ...new Lines(source.text).position(range[0]) };
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

/** A problem as plain text, without a line break at its end. */
export function printProblem(problem: Problem, shown: string): string {
  const { excerpt, suggestion, related = [] } = problem;
  const say = ({ at, path, message }: Pick<Problem, "at" | "path" | "message">) => {
    const place = at.line === undefined ? shown : `${shown}:${at.line}:${at.column}`;
    return `${place}  ${path || "the config"} ${message}`;
  };
  const because = related.flatMap((one) => [`  because ${say(one)}`, one.excerpt]);
  return [say(problem), excerpt, ...because, suggestion && `  ${suggestion}`]
    .filter((part) => part !== undefined && part !== "")
    .join("\n");
}

/** A path as people write it: `env[0].value`. */
export function printPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const key = /^[\w*-]+$/.test(step) ? printable(step) : `"${printable(step)}"`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

const shown = (excerpt: string) => (excerpt === "" ? {} : { excerpt });

function resolve(
  source: Described,
  { path, range, target }: Pick<Finding, "path" | "range" | "target">,
) {
  // The finder gave a range, then the path is as written.
  if (range) return { path: printPath(path), range };
  const found = nearestPlace(source, path);
  if (!found) return { path: printPath(path), range: undefined };
  const { place, rest } = found;
  // A shorthand has no parts: `image: "…"` has no `image.repository`.
  const free = path.includes("with") || path[0] === "secretProviders";
  const missing = place.scalar ? [] : rest.map((step) => (free ? step : written(step, source)));
  return {
    path: printPath([...place.written, ...missing]),
    range: (target === "key" && rest.length === 0 && place.key) || rangeOf(place),
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
