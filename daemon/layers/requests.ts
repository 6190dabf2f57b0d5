/**
 * The errors of layers and images. Those that are the client's to mend say their HTTP status in
 * `details.status`.
 *
 * @module
 */

import { fail, type HaloyError } from "../../core/errors.ts";
import { DIGEST } from "../../wire/layers.ts";

/** A request that asks for nothing possible: 400 or another 4xx. */
export function badRequest(message: string, hint?: string, status = 400): HaloyError {
  return fail("API_REQUEST_INVALID", { message, hint, details: { status } });
}

/** Bytes that are not what their digest says. They are gone from the store by now. */
export function corrupt(message: string, cause?: unknown): HaloyError {
  return fail("LAYER_CORRUPT", {
    message,
    hint: "Send the layer again from its beginning",
    details: { status: 400 },
    cause,
  });
}

/** The image cannot be loaded before these layers are sent. */
export function layersMissing(missing: readonly string[]): HaloyError {
  return fail("LAYER_MISSING", {
    message: `Cannot load the image: ${missing.length} of its layers are not on the server`,
    hint: "Send them, then load again",
    details: { status: 409, missing },
  });
}

/** The engine was given an image and did not take it. */
export function notLoaded(reason: string): HaloyError {
  return fail("ENGINE_REJECTED", {
    message: `The Docker Engine did not load the image: ${reason}`,
  });
}

/** The 64 hexadecimal digits of a digest. Throws `API_REQUEST_INVALID` for anything else. */
export function hexOf(digest: string): string {
  if (!DIGEST.test(digest)) {
    throw badRequest(
      `Cannot use "${digest}" as a digest: it is not sha256: and 64 hexadecimal digits`,
    );
  }
  return digest.slice("sha256:".length);
}
