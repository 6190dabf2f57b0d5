/**
 * What is found wrong before anything changes, of all targets, told at once.
 *
 * @module
 */

import { basename } from "node:path";
import { type ErrorCode, errorJson, fail, isHaloyError } from "../core/errors.ts";

interface Found {
  readonly targets: Set<string>;
  readonly error: unknown;
}

/** How several problems are told as one error. */
export interface Verdict {
  /** Absent: that of the first one. */
  readonly code?: ErrorCode;
  /** After "Cannot". */
  readonly action: string;
  readonly hint: string;
}

/** For what only asks, and for what is found out before anything else. */
export const NOTHING_CHANGED: Verdict = {
  action: "go on",
  hint: "Nothing was changed. Correct all of them and try again",
};

const NOT_DEPLOYED: Verdict = { ...NOTHING_CHANGED, code: "DEPLOYMENT_FAILED" };

/** Problems and whose they are. */
export class Problems {
  readonly #chosen: number;
  readonly #found: Map<string, Found> = new Map();

  /** `chosen`: how many targets the operation is about. Of one alone, the name goes without saying. */
  constructor(chosen: number) {
    this.#chosen = chosen;
  }

  /** Note a problem. One that several targets have is told once. */
  add(targets: readonly string[], error: unknown): void {
    const { code, message, at } = errorJson(error);
    const key = JSON.stringify([code, message, at]);
    const found = this.#found.get(key) ?? { targets: new Set(), error };
    for (const target of targets) found.targets.add(target);
    this.#found.set(key, found);
  }

  /** Do `work`; what it throws is a problem of `target`, and the answer is null. */
  async collect<Answer>(target: string, work: () => Promise<Answer>): Promise<Answer | null> {
    try {
      return await work();
    } catch (error) {
      this.add([target], error);
      return null;
    }
  }

  get none(): boolean {
    return this.#found.size === 0;
  }

  /** Throw what was found: a single problem as itself, several as one error. */
  throwIfAny({ code, action, hint }: Verdict = NOT_DEPLOYED): void {
    const found = [...this.#found.values()];
    const [only, ...others] = found;
    if (!only) return;
    if (others.length === 0) throw this.#chosen === 1 ? only.error : named(only);
    const whose = (one: Found) => (this.#chosen === 1 ? "" : `${list(one)}: `);
    throw fail(code ?? errorJson(only.error).code, {
      message: `Cannot ${action}, for ${found.length} reasons:\n${found.map((one) => `- ${whose(one)}${told(one.error)}`).join("\n")}`,
      hint,
      details: found.map(({ error, targets }) => ({ ...errorJson(error), targets: [...targets] })),
    });
  }
}

/** One of several problems: what it is, where, and what to do about it. */
function told(error: unknown): string {
  const { message, at, hint } = errorJson(error);
  // Most messages about a place say it themselves.
  const place =
    at?.line === undefined || message.includes(basename(at.file))
      ? ""
      : ` (${[basename(at.file), at.line, ...(at.column === undefined ? [] : [at.column])].join(":")})`;
  return [`${message}${place}`, ...(hint === undefined ? [] : [`→ ${hint}`])]
    .join("\n")
    .replaceAll("\n", "\n  ");
}

/** The error with its targets in front, and perhaps more after it. */
export function named({
  targets,
  error,
  besides = "",
}: {
  readonly targets: Iterable<string>;
  readonly error: unknown;
  readonly besides?: string;
}): unknown {
  if (!isHaloyError(error)) return error;
  const message = `${list({ targets })}: ${error.message}${besides}`;
  return fail(error.code, { ...error.toJSON(), message, cause: error });
}

function list({ targets }: { targets: Iterable<string> }): string {
  return [...targets].join(", ");
}
