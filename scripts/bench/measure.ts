/**
 * Seconds, memory and bytes on the wire of real processes.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";

/** How a command went. */
export interface Measured {
  readonly seconds: number;
  readonly code: number | null;
  readonly stdout: string;
  /** The most memory it had (resident, bytes). */
  readonly peakBytes: number;
}

/** How often memory is read (milliseconds). The kernel keeps the peak; only the end is missed. */
const SAMPLE_MS = 10;

/** Run a command and measure it. */
export function measure(
  file: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "inherit"] });
    let stdout = "";
    let peakBytes = 0;
    const timer = setInterval(() => {
      peakBytes = Math.max(peakBytes, memoryOf(child.pid ?? 0).peakBytes);
    }, SAMPLE_MS);
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(timer);
      resolve({ seconds: (performance.now() - began) / 1000, code, stdout, peakBytes });
    });
  });
}

/** Memory of a running process, from the kernel (bytes). */
export function memoryOf(pid: number): { peakBytes: number; residentBytes: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)?.[1]);
    return {
      peakBytes: (kilobytes("VmHWM") || 0) * 1024,
      residentBytes: (kilobytes("VmRSS") || 0) * 1024,
    };
  } catch {
    return { peakBytes: 0, residentBytes: 0 };
  }
}

/** A TCP relay that counts what passes, in both directions together. */
export async function countingRelay(
  port: number,
): Promise<{ readonly address: string; take(): number; close(): void }> {
  let passed = 0;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (chunk: Buffer) => {
        passed += chunk.length;
      });
      from.pipe(to);
      from.once("error", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as { port: number };
  return {
    address: `127.0.0.1:${own}`,
    take() {
      const bytes = passed;
      passed = 0;
      return bytes;
    },
    close: () => server.close(),
  };
}

/** The middle of some figures. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
