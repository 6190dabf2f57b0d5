/**
 * Reading JSON bodies: unknown fields and wrong shapes are refused with the field's name.
 *
 * @module
 */

import type { Context } from "hono";
import type { z } from "zod";
import { fail } from "../../core/errors.ts";

/** The request's body, checked. Throws `API_REQUEST_INVALID` (400). */
export async function readBody<Body>(context: Context, schema: z.ZodType<Body>): Promise<Body> {
  let json: unknown;
  try {
    json = await context.req.json();
  } catch (cause) {
    throw fail("API_REQUEST_INVALID", {
      message: "Cannot read the request: its body is not JSON",
      cause,
    });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw fail("API_REQUEST_INVALID", {
    message: `Cannot read the request: ${issue?.path.join(".") || "body"}: ${issue?.message}`,
  });
}
