/**
 * Encryption at rest for what the daemon must keep: AES-256-GCM with a key in a file of its own.
 *
 * @module
 */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../core/errors.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals and opens plain data with one key. */
export class Vault {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The vault of a data directory; its key file (`secret.key`, mode 0600) is made when missing. */
  static open(dataDirectory: string): Vault {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const file = join(dataDirectory, "secret.key");
    try {
      const handle = openSync(file, "wx", 0o600);
      writeSync(handle, randomBytes(KEY_BYTES).toString("hex"));
      fsyncSync(handle);
      closeSync(handle);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const key = Buffer.from(readFileSync(file, "utf8").trim(), "hex");
    if (key.length !== KEY_BYTES) {
      throw fail("SERVER_SETUP_INVALID", {
        message: `Cannot use ${file}: it does not hold a key of ${KEY_BYTES} bytes`,
        hint: "Restore the file from a backup: what was stored with it cannot be read otherwise",
      });
    }
    return new Vault(key);
  }

  /** Nonce, tag and ciphertext of `data` as JSON. */
  seal(data: unknown): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(data), "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** What {@link seal} took. Throws when the bytes were changed or the key is another. */
  open(sealed: Uint8Array): unknown {
    const bytes = Buffer.from(sealed);
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce);
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const body = bytes.subarray(NONCE_BYTES + TAG_BYTES);
    return JSON.parse(Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8"));
  }
}
