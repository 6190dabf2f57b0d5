/**
 * The API token: shown once when it is made, kept only as a hash.
 *
 * @module
 */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fail } from "../core/errors.ts";

const PREFIX = "sha256:";

function digest(token: string): Buffer {
  return createHash("sha256").update(token, "utf8").digest();
}

/** Where the hash is kept: `<configDirectory>/api-token.hash`, mode 0600. */
export function tokenFile(configDirectory: string): string {
  return join(configDirectory, "api-token.hash");
}

/** Make a token (64 hexadecimal digits), store its hash, and give the token back: only now. */
export function createToken(configDirectory: string): string {
  const token = randomBytes(32).toString("hex");
  storeToken(configDirectory, token);
  return token;
}

/** Store the hash of a token that the operator chose. */
export function storeToken(configDirectory: string, token: string): void {
  const file = tokenFile(configDirectory);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${PREFIX}${digest(token).toString("hex")}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Checks tokens against the stored hash, in constant time. */
export class TokenCheck {
  readonly #expected: Buffer;

  constructor(expected: Buffer) {
    this.#expected = expected;
  }

  /** Read the stored hash. Throws `SERVER_SETUP_INVALID` when there is none. */
  static load(configDirectory: string): TokenCheck {
    const file = tokenFile(configDirectory);
    let text: string;
    try {
      text = readFileSync(file, "utf8").trim();
    } catch (cause) {
      throw fail("SERVER_SETUP_INVALID", {
        message: `Cannot read the API token's hash in ${file}`,
        hint: `Run "haloyd init" first`,
        cause,
      });
    }
    const expected = Buffer.from(text.slice(PREFIX.length), "hex");
    if (!text.startsWith(PREFIX) || expected.length !== 32) {
      throw fail("SERVER_SETUP_INVALID", {
        message: `Cannot use ${file}: it does not hold a token's hash`,
        hint: `Make a new token with "haloyd config generate-token"`,
      });
    }
    return new TokenCheck(expected);
  }

  /** Whether an `Authorization` header carries the token. */
  accepts(header: string | undefined): boolean {
    const token = /^Bearer (.+)$/.exec(header ?? "")?.[1] ?? "";
    return timingSafeEqual(digest(token), this.#expected) && token !== "";
  }
}
