/**
 * The most likely reason why a container failed, as advice.
 *
 * @module
 */

import type { Target } from "../../../plugin.ts";
import type { ListeningPort } from "./ports.ts";
import type { Probe } from "./probe.ts";

const MEBIBYTE = 1024 * 1024;

/** What is known of a container that ended. */
export interface Ending {
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** Its last lines and what the engine said. */
  readonly text: string;
}

/** Why a container ended. */
export function causeOfEnd(
  { exitCode, outOfMemory, text }: Ending,
  target: Pick<Target, "command" | "memory">,
): string {
  const { memory } = target;
  const where = target.command ? `"command" in the config` : "ENTRYPOINT and CMD";
  if (outOfMemory && memory !== undefined) {
    return `It needs more than the ${Math.floor(memory / MEBIBYTE)} MiB that "memory" in the config allows: write more, or make the app need less`;
  }
  if (outOfMemory) return "It ran out of memory: give the server more, or make the app need less";
  if (/logging driver/i.test(text)) {
    return `The engine cannot log as the config says: correct "log"`;
  }
  if (/exec format error/i.test(text)) {
    return `The program is for another processor, or a script without "#!": check the image's "platform"`;
  }
  if (/executable file not found|no such file or directory/i.test(text) && exitCode === null) {
    return `The command does not exist in the image: check ${where}`;
  }
  switch (exitCode) {
    case 0:
      return "It ended by itself without an error: its command must stay in the foreground";
    case 126:
      return `The command may not be run: is it executable ("chmod +x")?`;
    case 127:
      return `The command was not found: check ${where}`;
    case 137:
      return "It was killed (SIGKILL): most often for want of memory";
    case 139:
      return "It crashed (SIGSEGV): most often a native library that does not fit the image";
    case 143:
      return "Somebody stopped it (SIGTERM) while it was being checked";
    default:
      return "Its last log lines say why; a missing environment variable or database is common";
  }
}

/** Why a container that runs does not answer as it should. */
export function causeOfSilence(
  { status, error }: Probe,
  wanted: { readonly port: number; readonly path: string },
  listening: readonly ListeningPort[] | null,
): string {
  const { port, path } = wanted;
  if (error === "connection refused") return causeOfRefusal(port, listening);
  if (error?.startsWith("no answer")) {
    return `Something listens on port ${port} but does not answer GET ${path}: does the app wait for something, such as its database?`;
  }
  if (error !== null) return `Does the app speak HTTP (not HTTPS) on port ${port}?`;
  if (status === 404) {
    return `The app has no ${path}: write one that it has as "health_check_path" in the config`;
  }
  if (status === 401 || status === 403) {
    return `${path} asks for a login: choose a public path as "health_check_path" in the config`;
  }
  if (status === 400 || status === 421) {
    return `The app refuses the request: does it check the host name, and know its domain?`;
  }
  if (status !== null && status >= 500) {
    return `The app runs but fails at ${path}: its last log lines may say why`;
  }
  return `GET ${path} must answer with a status from 200 to 399`;
}

function causeOfRefusal(port: number, listening: readonly ListeningPort[] | null): string {
  if (listening === null) {
    return `Nothing listens on port ${port}: the app may listen on another port, or only on 127.0.0.1 inside the container`;
  }
  const wanted = listening.find((one) => one.port === port);
  if (wanted?.loopbackOnly) {
    return `The app listens on port ${port} only at 127.0.0.1 inside its container: let it listen on 0.0.0.0`;
  }
  const others = listening.filter((one) => one.port !== port);
  if (others.length === 0) {
    return `Nothing listens on any port in the container: does the app hang, or need longer to start?`;
  }
  const [first] = others;
  return `Nothing listens on port ${port}: the app listens on ${others.map((one) => one.port).join(", ")}. Write "port: ${first?.port}" in the config`;
}
