/**
 * The layer routes in a process of their own, to be killed.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { serveLayers } from "./server.ts";

/** A running process. */
export interface Daemon {
  readonly url: string;
  /** Resolves when the process is gone. */
  readonly ended: Promise<unknown>;
  /** SIGKILL: it cannot tidy up. */
  kill(): void;
}

/** Serve a store in `directory` for the engine at `host`. */
export async function startDaemon(host: string, directory: string): Promise<Daemon> {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), host, directory],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = once(child, "close");
  const [url] = await once(createInterface({ input: child.stdout! }), "line");
  return { url, ended, kill: () => child.kill("SIGKILL") };
}

if (import.meta.main) {
  const [host = "", directory = ""] = process.argv.slice(2);
  const { url } = await serveLayers(host, directory);
  console.log(url);
}
