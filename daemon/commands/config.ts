/**
 * `haloyd config`: what the settings are, and a new token.
 *
 * @module
 */

import { fail } from "../../core/errors.ts";
import { DEFAULT_DATA_DIRECTORY, readSettings } from "../settings.ts";
import { createToken } from "../token.ts";

/** Print one setting: `api-domain` or `api-url`. */
export function getSetting(configDirectory: string, key: string, raw: boolean): void {
  const { apiDomain } = readSettings(DEFAULT_DATA_DIRECTORY, configDirectory);
  const values: Record<string, string | null> = {
    "api-domain": apiDomain,
    "api-url": apiDomain && `https://${apiDomain}`,
  };
  if (key === "api-token") {
    throw fail("SERVER_SETUP_INVALID", {
      message: "Cannot print the API token: only its hash is kept",
      hint: `Make a new one with "haloyd config generate-token"`,
    });
  }
  if (!(key in values)) {
    throw fail("SERVER_SETUP_INVALID", {
      message: `Cannot print "${key}": settings are ${Object.keys(values).join(", ")}`,
    });
  }
  const value = values[key];
  if (value == null) {
    throw fail("SERVER_SETUP_INVALID", {
      message: `Cannot print "${key}": it is not set`,
      hint: `Write "api: { domain: … }" into haloyd.yaml in ${configDirectory}`,
    });
  }
  process.stdout.write(raw ? `${value}\n` : `${key}: ${value}\n`);
}

/** Make a new token and print it. The old one is refused as soon as haloyd restarts. */
export function generateToken(configDirectory: string, raw: boolean): void {
  const token = createToken(configDirectory);
  if (!raw) {
    process.stderr.write(
      "The new API token follows; it is shown this once. Restart haloyd to put it into force.\n",
    );
  }
  process.stdout.write(`${token}\n`);
}
