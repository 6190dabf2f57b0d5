/**
 * Limits of what a container may use.
 *
 * @module
 */

import { z } from "zod";

const UNITS: Readonly<Record<string, number>> = { "": 0, b: 0, k: 1, m: 2, g: 3, t: 4 };
/** Docker refuses less. */
const LEAST_BYTES = 6 * 1024 * 1024;

/** Memory as Docker writes it, powers of 1024: `512m`, `1.5g`, `2gb`, or bytes. Comes out in bytes. */
export const bytes: z.ZodType<number, string | number> = z
  .custom<string | number>((value) => ["string", "number"].includes(typeof value), {
    error: ({ input }) =>
      input === undefined ? undefined : `must be an amount of memory, such as "512m" or "2g"`,
  })
  .transform((written, context) => {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?$/i.exec(String(written)) ?? [];
    const power = UNITS[(unit ?? "").toLowerCase()];
    const refuse = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    if (amount === undefined || power === undefined) {
      return refuse(`must be an amount of memory, such as "512m" or "2g"`);
    }
    const total = Math.round(Number(amount) * 1024 ** power);
    if (total < LEAST_BYTES) return refuse("must be at least 6m: Docker refuses less");
    return Number.isSafeInteger(total) ? total : refuse("is more memory than there is");
  })
  .meta({ id: "memory" });

/** A number of processors, also a part of one: `0.5` or `"0.5"`. */
export const processors: z.ZodType<number, string | number> = z
  .custom<string | number>((value) => ["string", "number"].includes(typeof value), {
    error: ({ input }) =>
      input === undefined ? undefined : `must be a number of processors, such as 0.5`,
  })
  .transform((written, context) => {
    const count = /^\d+(?:\.\d+)?$/.test(String(written)) ? Number(written) : Number.NaN;
    if (count >= 0.01 && count <= 4096) return count;
    context.addIssue({ code: "custom", message: "must be a number of processors, such as 0.5" });
    return z.NEVER;
  })
  .meta({ id: "processors" });
