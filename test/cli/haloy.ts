/**
 * Runs `bin/haloy` as a user does, away from this computer's own configuration.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The project's directory. */
export const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The runtimes that run the command. */
export const RUNTIMES = ["node", "deno", "bun"] as const;

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface Running {
  readonly program?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Close the reading end of stdout at once, as `haloy … | true` does. */
  readonly deafTo?: "stdout";
}

/** A new directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "haloy-cli-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Run `haloy` with `args` to its end. */
export async function haloy(args: readonly string[], running: Running = {}): Promise<Ended> {
  const home = running.env?.HOME ?? (await temporaryDirectory());
  const child = spawn(running.program ?? join(ROOT, "bin", "haloy"), args, {
    cwd: running.cwd ?? home,
    env: {
      PATH: ["/usr/local/bin", "/usr/bin", "/bin"].join(delimiter),
      HOME: home,
      // Compile once for all tests.
      ...(process.env.HOME ? { XDG_CACHE_HOME: join(process.env.HOME, ".cache") } : {}),
      ...running.env,
    },
    stdio: "pipe",
  });
  if (running.deafTo) child[running.deafTo].destroy();
  child.stdin.on("error", () => {}).end(running.stdin ?? "");
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("close", resolve).once("error", reject);
  });
  const [stdout, stderr, code] = await Promise.all([
    running.deafTo ? "" : text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  return { code, stdout, stderr };
}
