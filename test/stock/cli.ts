/**
 * The stock Haloy command, as npm installs it.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Finished, ROOT, run } from "../../scripts/environment/haloyd.ts";

const BINARY = join(ROOT, "node_modules/@haloydev/cli-linux-x64/bin/haloy");

// The command sees another /etc/hosts than the machine: a mount namespace of its own.
const WITH_HOSTS = `mount --bind "$1" /etc/hosts && shift && exec "$@"`;

/** What {@link stockHaloy} takes besides the arguments. */
export interface StockOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** A name that leads to 127.0.0.1 for this command alone. Needs root. */
  readonly host?: string;
}

/** Run the stock `haloy` to its end. */
export function stockHaloy(args: readonly string[], options: StockOptions): Promise<Finished> {
  const { cwd, host } = options;
  const env = { ...process.env, ...options.env };
  if (host === undefined) return run(BINARY, args, { cwd, env });
  const hosts = join(cwd, ".hosts");
  writeFileSync(hosts, `127.0.0.1 localhost ${host}\n`);
  const command = ["--mount", "sh", "-c", WITH_HOSTS, "sh", hosts, BINARY, ...args];
  return run("unshare", command, { cwd, env });
}
