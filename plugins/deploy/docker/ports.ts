/**
 * What a container's processes listen on: read from the host where the engine's processes are
 * ours to see, else by knocking. It only makes a hint better, so "unknown" is a good answer.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { connect } from "node:net";

/** Where frameworks listen when nobody tells them otherwise. */
const COMMON_PORTS: readonly number[] = [80, 3000, 4000, 5000, 5173, 8000, 8080, 8081, 9000];
const KNOCK_TIMEOUT_MS = 500;
/** State `LISTEN` in `/proc/net/tcp`. */
const LISTEN = "0A";
/** Docker's own name server inside every container: 127.0.0.11. */
const DOCKER_DNS = "0B00007F";
const LOOPBACK = /^(?:......7F|00000000000000000000000001000000|0000000000000000FFFF0000......7F)$/;

/** A port that something in the container listens on. */
export interface ListeningPort {
  readonly port: number;
  /** Only reachable from inside the container. */
  readonly loopbackOnly: boolean;
}

/**
 * TCP ports that are listened on in the network of process `pid`, whose own idea of its host
 * name is `hostname`. Null: unknown.
 */
export async function listeningPorts(
  pid: number,
  hostname: string,
): Promise<ListeningPort[] | null> {
  try {
    // The engine may run in another process namespace, where the same number is somebody else.
    const itsName = await readFile(`/proc/${pid}/root/etc/hostname`, "utf8");
    if (pid <= 0 || itsName.trim() !== hostname) return null;
    const tables = await Promise.all([
      readFile(`/proc/${pid}/net/tcp`, "utf8"),
      readFile(`/proc/${pid}/net/tcp6`, "utf8").catch(() => ""),
    ]);
    return parseListening(tables.join("\n"));
  } catch {
    return null;
  }
}

/** Those of the {@link COMMON_PORTS} that accept a connection at `address`. Null: none does. */
export async function openPorts(address: string): Promise<ListeningPort[] | null> {
  const open = await Promise.all(COMMON_PORTS.map((port) => accepts(address, port)));
  const found = COMMON_PORTS.filter((_, index) => open[index]);
  return found.length === 0 ? null : found.map((port) => ({ port, loopbackOnly: false }));
}

/** Whether something accepts connections there. */
export function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(end, KNOCK_TIMEOUT_MS, false);
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

/** Ports in the text of `/proc/net/tcp` and `tcp6`, lowest first. */
export function parseListening(table: string): ListeningPort[] {
  const found = new Map<number, boolean>();
  for (const line of table.split("\n")) {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    if (state !== LISTEN || address === DOCKER_DNS) continue;
    const number = Number.parseInt(port, 16);
    found.set(number, (found.get(number) ?? true) && LOOPBACK.test(address));
  }
  return [...found]
    .map(([port, loopbackOnly]) => ({ port, loopbackOnly }))
    .sort((a, b) => a.port - b.port);
}
