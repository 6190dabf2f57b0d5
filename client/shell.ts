/**
 * Runs one command in the user's shell, its output line by line.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../core/errors.ts";
import type { Environment } from "./session.ts";

/** How long a command may take to end after it was told to (milliseconds). */
const GRACE_MS = 5000;
/**
 * A process in the background may hold the output open: it is read until nothing came for so long,
 * and no longer than the second (milliseconds).
 */
const QUIET_MS = 500;
const REST_MS = 5000;

/** What {@link runInShell} takes. */
export interface ShellCommand {
  readonly command: string;
  /** The directory to run in. */
  readonly cwd: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Called with every line that the command writes. */
  onLine(line: string): void;
}

/** How a command ended: by itself, or by a signal or because it could not start, in words. */
export type ShellExit =
  | { readonly code: number }
  | { readonly code: null; readonly reason: string };

/**
 * Run a command with `$SHELL -c`, else `/bin/sh -c`. A cancellation ends all processes that it has
 * started, and is thrown when they have ended.
 */
export async function runInShell(options: ShellCommand): Promise<ShellExit> {
  const { command, cwd, env, signal, onLine } = options;
  signal.throwIfAborted();
  const broken = withNul(options);
  // The runtime's own error would show the value.
  if (broken !== null) return { code: null, reason: `${broken} has a NUL byte` };
  const child = spawn(env.SHELL || "/bin/sh", ["-c", command], {
    cwd,
    env: defined(env),
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that a cancellation ends everything the command started.
    detached: true,
  });
  const ended = new Promise<ShellExit>((resolve) => {
    child.once("error", (error) => resolve({ code: null, reason: reasonOf(error) }));
    child.once("exit", (code, name) =>
      resolve(code === null ? { code, reason: `it was ended by ${name}` } : { code }),
    );
  });
  let heard = 0;
  const hear = (line: string) => {
    heard = Date.now();
    onLine(line);
  };
  let read = false;
  const reading = Promise.all([child.stdout, child.stderr].map((stream) => lines(stream, hear)));
  void reading.then(() => {
    read = true;
  });
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    endGroup(child.pid, "SIGTERM");
    killing = setTimeout(() => endGroup(child.pid, "SIGKILL"), GRACE_MS);
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    const exit = await ended;
    const until = Date.now() + REST_MS;
    heard = Date.now();
    while (!read && Date.now() < Math.min(until, heard + QUIET_MS)) {
      await Promise.race([reading, sleep(50)]);
    }
    if (signal.aborted) await groupEnded(child.pid);
    signal.throwIfAborted();
    return exit;
  } finally {
    signal.removeEventListener("abort", end);
    clearTimeout(killing);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

async function lines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  try {
    for await (const line of createInterface({ input: stream })) onLine(line);
  } catch {
    // Closed while a process in the background still had it.
  }
}

/** Wait until no process of the group is left, as long as a group may take to end. */
async function groupEnded(pid: number | undefined): Promise<void> {
  const began = Date.now();
  while (endGroup(pid, 0) && Date.now() - began < GRACE_MS + 1000) await sleep(50);
}

/** Send a signal to all processes of a group. False: there is none. */
function endGroup(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** What cannot be given to a process, by name. Null: nothing. */
function withNul({ command, env }: ShellCommand): string | null {
  if (command.includes("\0")) return "it";
  const [name] = Object.entries(env).find(([, value]) => value?.includes("\0")) ?? [];
  return name === undefined ? null : `the value of the variable ${name}`;
}

function defined(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
