/**
 * A haloyd and a haloy of our own, started the way a user starts them: through `bin/`.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

/** The repository. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** A runtime that runs our source. */
export type Runtime = "node" | "deno" | "bun";

/** What a finished command said. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What {@link startHaloyd} takes. */
export interface HaloydOptions {
  /** A folder of its own; kept across restarts. */
  readonly dir: string;
  readonly runtime?: Runtime;
  /** `unix://…` of the engine it runs apps on. */
  readonly engineHost: string;
  /** Address of Caddy's admin API. */
  readonly caddyAdmin: string;
  /** Port the router listens on for apps. */
  readonly httpPort: number;
  /** `host:port` to listen on. Default: a free port on loopback. */
  readonly listen?: string;
  /** More of `haloyd.yaml`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A haloyd that answers. */
export interface Haloyd {
  readonly url: string;
  /** `127.0.0.1:port`, as a config's `server`. */
  readonly server: string;
  readonly token: string;
  readonly dataDir: string;
  readonly configDir: string;
  readonly logFile: string;
  readonly pid: number;
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<void>;
  /** SIGTERM, and wait. */
  stop(): Promise<void>;
  /** SIGKILL, and wait. */
  kill(): Promise<void>;
}

/** Start haloyd, setting it up first when `dir` is new. */
export async function startHaloyd(options: HaloydOptions): Promise<Haloyd> {
  const { dir, runtime = "node", engineHost, caddyAdmin, httpPort, settings = {} } = options;
  const dataDir = join(dir, "data");
  const configDir = join(dir, "config");
  const tokenFile = join(dir, "token");
  const env = { ...process.env, DOCKER_HOST: engineHost, HALOY_RUNTIME: runtime };
  const directories = ["--data-dir", dataDir, "--config-dir", configDir];
  if (!existsSync(tokenFile)) {
    mkdirSync(dir, { recursive: true });
    const init = await run(join(ROOT, "bin/haloyd"), ["init", ...directories], { env });
    if (init.code !== 0) throw new Error(`haloyd init failed: ${init.stderr}`);
    writeFileSync(tokenFile, init.stdout.trim(), { mode: 0o600 });
  }
  const router = { strategy: "caddy", admin: caddyAdmin, listen: [`127.0.0.1:${httpPort}`] };
  writeFileSync(join(configDir, "haloyd.yaml"), stringify({ router, ...settings }));

  const server = options.listen ?? `127.0.0.1:${await freePort()}`;
  const logFile = join(dir, "haloyd.log");
  const child = spawn(join(ROOT, "bin/haloyd"), ["serve", "--listen", server, ...directories], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr.on("data", (chunk) => appendFileSync(logFile, chunk));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://${server}`;
  await answers(url, child, logFile);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return {
    url,
    server,
    token: readFileSync(tokenFile, "utf8"),
    dataDir,
    configDir,
    logFile,
    pid: child.pid ?? 0,
    ended,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

async function answers(url: string, child: ChildProcess, logFile: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    try {
      if ((await fetch(`${url}/health`)).ok) return;
    } catch {
      // Not yet.
    }
    await sleep(50);
  }
  const said = existsSync(logFile) ? readFileSync(logFile, "utf8").slice(-2000) : "nothing";
  child.kill("SIGKILL");
  throw new Error(`haloyd did not start; it said: ${said}`);
}

/** What {@link haloy} takes besides the arguments. */
export interface HaloyOptions {
  readonly cwd: string;
  readonly runtime?: Runtime;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Run the `haloy` command to its end. */
export function haloy(args: readonly string[], options: HaloyOptions): Promise<Finished> {
  const { cwd, runtime = "node", env = {}, signal } = options;
  return run(join(ROOT, "bin/haloy"), args, {
    cwd,
    env: { ...process.env, HALOY_RUNTIME: runtime, ...env },
    ...(signal ? { signal } : {}),
  });
}

/** Run any command to its end, its output read as text. */
export function run(
  file: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const { signal, ...rest } = options;
    const child = spawn(file, args, { ...rest, stdio: ["ignore", "pipe", "pipe"] });
    signal?.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      stderr += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** A port on loopback that nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
