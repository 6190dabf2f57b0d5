/**
 * `haloyd init`: directories, key, network, and the API token, which is shown this once.
 *
 * @module
 */

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { stringify } from "yaml";
import { fail } from "../../core/errors.ts";
import { EngineClient, engineAddress } from "../../engine/client.ts";
import { openDatabase } from "../database.ts";
import { settingsFile } from "../settings.ts";
import { createToken, tokenFile } from "../token.ts";
import { Vault } from "../vault.ts";

/** What {@link initialize} takes. */
export interface InitOptions {
  readonly dataDirectory: string;
  readonly configDirectory: string;
  readonly apiDomain?: string | undefined;
}

/**
 * Set a server up. What this call made is removed again when it fails; what was there before is
 * never touched.
 *
 * @throws `SERVER_SETUP_INVALID` when the server is set up already, `ENGINE_UNREACHABLE`.
 */
export async function initialize(options: InitOptions): Promise<void> {
  const { dataDirectory, configDirectory, apiDomain } = options;
  const file = settingsFile(configDirectory);
  for (const existing of [tokenFile(configDirectory), file]) {
    if (!existsSync(existing)) continue;
    throw fail("SERVER_SETUP_INVALID", {
      message: `Cannot set up haloyd: ${existing} is there already`,
      hint: `For a new token run "haloyd config generate-token"; "haloyd verify" checks the rest`,
    });
  }
  await new EngineClient(engineAddress(process.env)).apiVersion();
  const made = [dataDirectory, configDirectory].filter((directory) => !existsSync(directory));
  try {
    for (const directory of [dataDirectory, configDirectory]) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    }
    Vault.open(dataDirectory);
    openDatabase(dataDirectory).close();
    const settings = { api: apiDomain ? { domain: apiDomain.toLowerCase() } : {} };
    writeFileSync(file, stringify(settings), { mode: 0o644, flag: "wx" });
    const token = createToken(configDirectory);
    process.stderr.write(
      `haloyd is set up in ${dataDirectory} and ${configDirectory}.\n` +
        `Its API token follows; it is shown this once. Store it where you deploy from:\n` +
        `  haloy server add ${apiDomain ?? "<this server>"} --token-stdin\n`,
    );
    process.stdout.write(`${token}\n`);
  } catch (error) {
    for (const directory of made) rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}
