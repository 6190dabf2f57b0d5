/**
 * Deployment IDs: ULIDs in lower case, as stock clients make them. They name, they never order:
 * the server has a sequence of its own.
 *
 * @module
 */

import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;

/** A new ID: 48 bits of time in milliseconds, then 80 random bits (github.com/ulid/spec). */
export function newDeploymentId(now: number = Date.now()): string {
  let time = "";
  for (let rest = now, digit = 0; digit < TIME_CHARACTERS; digit += 1) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  const random = [...randomBytes(RANDOM_CHARACTERS)].map((byte) => ALPHABET.charAt(byte % 32));
  return time + random.join("");
}
