/**
 * Background programs that end with us: their output goes to a file, and an error shows its end.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A program that runs in the background. */
export interface Background {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Wait for its end; only this keeps our process alive for it. */
  ended(): Promise<void>;
  isRunning(): boolean;
}

/**
 * Start a program that the kernel kills when our own process ends, however it ends.
 *
 * It has its own session, so Ctrl-C reaches us first, and it does not keep our process alive.
 */
export function startBackground(
  name: string,
  command: readonly string[],
  options: { readonly log: string; readonly env?: Record<string, string> },
): Background {
  const output = openSync(options.log, "a");
  const child = spawn("setpriv", ["--pdeathsig", "KILL", ...command], {
    detached: true,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const { pid } = child;
  child.unref();
  let running = true;
  const end = new Promise<void>((resolve) => {
    child.once("exit", () => resolve()).once("error", () => resolve());
  }).then(() => {
    running = false;
  });
  if (pid === undefined) throw new Error(`Cannot start ${name}: there is no setpriv here`);
  const ended = () => {
    if (running) child.ref();
    return end;
  };
  return { name, pid, log: options.log, ended, isRunning: () => running };
}

/** Ask again and again until the answer is true; at most 60 s, and not after the program ended. */
export async function waitFor(program: Background, ready: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await ready())) {
    if (!program.isRunning()) throw failure(program, "it ended while starting");
    if (Date.now() > deadline) throw failure(program, "no answer within 60 s");
    await delay(50);
  }
}

/** Send a signal to a process; one that has gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function failure(program: Background, reason: string): Error {
  const lines = readFileSync(program.log, "utf8").trimEnd().split("\n").slice(-20);
  return new Error(
    `Cannot start ${program.name}: ${reason}; ${program.log} ends with\n${lines.join("\n")}`,
  );
}
