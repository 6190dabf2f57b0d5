/**
 * This toolkit's version. A test holds it to `package.json` and `deno.json`.
 *
 * @module
 */

/** The version of `haloy` and `haloyd`. */
export const VERSION = "0.1.0";
