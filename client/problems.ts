/**
 * What is found wrong before anything changes, of all targets, told at once.
 *
 * @module
 */

import { errorJson, fail, isHaloyError, reasonOf } from "../core/errors.ts";

interface Found {
  readonly targets: Set<string>;
  readonly error: unknown;
}

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
  throwIfAny(): void {
    const found = [...this.#found.values()];
    const [only, ...others] = found;
    if (!only) return;
    if (others.length === 0) throw this.#chosen === 1 ? only.error : named(only);
    const lines = found.map((one) => {
      const message = reasonOf(one.error).replaceAll("\n", "\n  ");
      return `- ${this.#chosen === 1 ? "" : `${list(one)}: `}${message}`;
    });
    throw fail("DEPLOYMENT_FAILED", {
      message: `Cannot go on, for ${found.length} reasons:\n${lines.join("\n")}`,
      hint: "Nothing was changed. Correct all of them and try again",
      details: found.map(({ error, targets }) => ({ ...errorJson(error), targets: [...targets] })),
    });
  }
}

/** The error with its targets in front. */
export function named({ targets, error }: { targets: Iterable<string>; error: unknown }): unknown {
  if (!isHaloyError(error)) return error;
  const message = `${list({ targets })}: ${error.message}`;
  return fail(error.code, { ...error.toJSON(), message, cause: error });
}

function list({ targets }: { targets: Iterable<string> }): string {
  return [...targets].join(", ");
}
