/**
 * The same work for several targets: different servers at the same time, one server's targets one
 * after the other, and what became of all of them as one answer or one error.
 *
 * @module
 */

import { type ErrorCode, type ErrorJson, errorJson, fail } from "../core/errors.ts";
import type { ServerConnection } from "../core/hooks.ts";
import type { ByTarget } from "./api.ts";

/** Servers that are worked on at the same time. */
const MOST_SERVERS = 4;

/** How the work on one target ended. */
export type Outcome<Answer> =
  | { readonly succeeded: true; readonly answer: Answer }
  | { readonly succeeded: false; readonly error: unknown };

/** How the work ended, by target in the order of the config. */
export type Outcomes<Answer> = ReadonlyMap<string, Outcome<Answer>>;

/** A target and where it is. */
interface Located {
  readonly name: string;
  readonly server: Pick<ServerConnection, "url">;
}

/**
 * Do `work` for every target. A failure ends only the work on its target; all are waited for, also
 * after a cancellation, which is then thrown: with `words` it tells what was done before it.
 */
export async function forEachTarget<Target extends Located, Answer>(
  targets: readonly Target[],
  signal: AbortSignal,
  work: (target: Target) => Promise<Answer>,
  words?: Words<Answer>,
): Promise<Outcomes<Answer>> {
  const outcomes = new Map<string, Outcome<Answer>>();
  const servers = [...Map.groupBy(targets, ({ server }) => server.url).values()];
  const workOn = async (target: Target): Promise<Outcome<Answer>> => {
    try {
      return { succeeded: true, answer: await work(target) };
    } catch (error) {
      return { succeeded: false, error };
    }
  };
  const worker = async () => {
    for (let server = servers.shift(); server; server = servers.shift()) {
      for (const target of server) {
        if (signal.aborted) return;
        outcomes.set(target.name, await workOn(target));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST_SERVERS, servers.length) }, worker));
  const ordered = new Map(
    targets.flatMap(({ name }): [string, Outcome<Answer>][] => {
      const outcome = outcomes.get(name);
      return outcome ? [[name, outcome]] : [];
    }),
  );
  if (signal.aborted) throw words ? cancelledAfter(signal, ordered, words) : signal.reason;
  return ordered;
}

/** Words for {@link answersOf}. */
export interface Words<Answer> {
  /** After "Cannot": `deploy`. */
  readonly action: string;
  /** What became of the others: `Deployed`. */
  readonly done: string;
  /** The code for several failures. Absent: that of the first one. */
  readonly code?: ErrorCode;
  /** More about one that succeeded. */
  describe?(answer: Answer): string;
}

/** All answers, or one error about everything that failed and what succeeded all the same. */
export function answersOf<Answer>(
  outcomes: Outcomes<Answer>,
  words: Words<Answer>,
): ByTarget<string, Answer> {
  const error = failureOf(outcomes, words);
  if (error !== null) throw error;
  return Object.fromEntries(
    [...outcomes].flatMap(([name, outcome]) => (outcome.succeeded ? [[name, outcome.answer]] : [])),
  );
}

/** What {@link answersOf} throws. Null: nothing failed. */
export function failureOf<Answer>(outcomes: Outcomes<Answer>, words: Words<Answer>): unknown {
  const failed = [...outcomes].flatMap(([name, outcome]) =>
    outcome.succeeded ? [] : [{ name, error: outcome.error }],
  );
  const [only, ...others] = failed;
  if (!only) return null;
  if (outcomes.size === 1) return only.error;
  const successes = succeededIn(outcomes, words);
  const besides = successes === "" ? "" : `\n${words.done} all the same: ${successes}`;
  const details = detailsOf(outcomes);
  if (others.length === 0) {
    const json = errorJson(only.error);
    return fail(json.code, {
      ...json,
      message: `${only.name}: ${json.message}${besides}`,
      details,
      cause: only.error,
    });
  }
  const errors = failed.map(({ name, error }) => ({ name, ...errorJson(error) }));
  const hints = new Set(errors.map(({ hint }) => hint));
  const lines = errors.map(({ name, message, hint }) => {
    const advice = hints.size === 1 || hint === undefined ? "" : `\n→ ${hint}`;
    return `- ${name}: ${`${message}${advice}`.replaceAll("\n", "\n  ")}`;
  });
  const codes = errors.map(({ code }) => code);
  return fail(words.code ?? codes.find((code) => code !== "INTERNAL") ?? "INTERNAL", {
    message: `Cannot ${words.action} ${failed.length} of ${outcomes.size} targets:\n${lines.join("\n")}${besides}`,
    hint: hints.size === 1 ? errors[0]?.hint : undefined,
    details,
  });
}

/** The error of a cancellation, with what was done before it. */
export function cancelledAfter<Answer>(
  { reason }: AbortSignal,
  outcomes: Outcomes<Answer>,
  words: Words<Answer>,
): unknown {
  const successes = succeededIn(outcomes, words);
  if (successes === "") return reason;
  return fail("ABORTED", {
    message: `${errorJson(reason).message}\n${words.done} already: ${successes}`,
    details: detailsOf(outcomes),
    cause: reason,
  });
}

/** What became of each target, for programs: an error's details. */
export function detailsOf<Answer>(outcomes: Outcomes<Answer>): {
  readonly targets: Readonly<Record<string, Plain<Answer>>>;
} {
  return { targets: Object.fromEntries([...outcomes].map(([name, one]) => [name, plain(one)])) };
}

/** Targets that succeeded, in words. Empty: none. */
export function succeededIn<Answer>(
  outcomes: Outcomes<Answer>,
  { describe = () => "" }: Words<Answer>,
): string {
  const succeeded = [...outcomes].flatMap(([name, outcome]) => {
    if (!outcome.succeeded) return [];
    const more = describe(outcome.answer);
    return [more === "" ? name : `${name} (${more})`];
  });
  return succeeded.join(", ");
}

/** An outcome as plain data. */
type Plain<Answer> =
  | { readonly succeeded: true; readonly answer: Answer }
  | { readonly succeeded: false; readonly error: ErrorJson };

function plain<Answer>(outcome: Outcome<Answer>): Plain<Answer> {
  return outcome.succeeded ? outcome : { succeeded: false, error: errorJson(outcome.error) };
}
