/**
 * Rules for names that configs and the wire have in common.
 *
 * @module
 */

import { z } from "zod";

const HOST_NAME = /^(?:localhost|(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63})$/;

/** A host name; it comes out in lower case. */
export const hostName: z.ZodType<string, string> = z
  .string()
  .max(253)
  .transform((name) => name.toLowerCase())
  .refine((name) => HOST_NAME.test(name), {
    message: `must be a host name such as "app.example.com"`,
  });

/** A path that is asked for on a host. */
export const urlPath: z.ZodType<string, string> = z
  .string()
  .regex(/^\//, "must start with a slash");
