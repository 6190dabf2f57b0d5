/**
 * A Caddy of our own with an empty config, next to whatever the machine runs.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { findProgram } from "./command.ts";
import { ensurePackages } from "./packages.ts";
import { signal, startBackground, waitFor } from "./process.ts";

/** A Caddy that answers. */
export interface Caddy {
  readonly binary: string;
  /** Like `http://127.0.0.1:40123`. */
  readonly adminUrl: string;
  /** A free port, for the config that somebody loads. */
  readonly httpPort: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Start Caddy with nothing but its admin API, installing it first when this machine lacks it.
 *
 * A config loaded later must keep `admin.listen`, else Caddy moves the API to `localhost:2019`.
 */
export async function startCaddy(options: {
  readonly dir: string;
  /** Another Caddy than the first one in `PATH`. */
  readonly binary?: string;
}): Promise<Caddy> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  const binary = options.binary ?? (await ensureCaddy());
  const [adminPort, httpPort] = await freePorts();
  const admin = `127.0.0.1:${adminPort}`;
  const config = join(dir, "caddy.json");
  writeFileSync(config, JSON.stringify({ admin: { listen: admin } }));

  const folders = { HOME: dir, XDG_CONFIG_HOME: dir, XDG_DATA_HOME: dir };
  const caddy = startBackground("caddy", [binary, "run", "--config", config], {
    log: join(dir, "caddy.log"),
    env: folders,
  });
  const adminUrl = `http://${admin}`;
  const stop = async () => {
    if (!caddy.isRunning()) return;
    signal(caddy.pid, "SIGTERM");
    const impatient = setTimeout(() => signal(caddy.pid, "SIGKILL"), 5000);
    await caddy.ended();
    clearTimeout(impatient);
  };
  try {
    await waitFor(caddy, () => responds(adminUrl));
  } catch (error) {
    await stop();
    throw error;
  }
  return { binary, adminUrl, httpPort, pid: caddy.pid, stop };
}

async function ensureCaddy(): Promise<string> {
  const found = findProgram("caddy");
  if (found !== undefined) return found;
  await ensurePackages(["caddy"]);
  return "/usr/bin/caddy";
}

async function responds(adminUrl: string): Promise<boolean> {
  try {
    // Node's fetch sends Sec-Fetch-Mode, which makes new Caddys refuse a request without an origin.
    return (await fetch(`${adminUrl}/config/`, { headers: { origin: adminUrl } })).ok;
  } catch {
    return false;
  }
}

/** Two ports that nobody uses, held at the same time so that they differ. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = servers.map(
    (server) =>
      new Promise<number>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
      }),
  );
  const [admin, http] = await Promise.all(ports);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [admin!, http!];
}
