/**
 * A line to a real Docker Engine that can be cut and mended.
 *
 * @module
 */

import { rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";

/** One line. It carries bytes both ways until it is cut. */
export interface EngineLine {
  /** The engine behind the line, as in `DOCKER_HOST`. */
  readonly host: string;
  /** Break every connection, and accept no more. */
  cut(): void;
  mend(): Promise<void>;
}

let lines = 0;

/** Open a line to the engine at `host`: `unix:///path`. */
export async function openLine(host: string): Promise<EngineLine> {
  const path = join(tmpdir(), `haloy-line-${process.pid}-${++lines}.sock`);
  const open = new Set<Socket>();
  let server: Server;
  const mend = async () => {
    rmSync(path, { force: true });
    server = createServer((near) => {
      const far = connect(host.slice("unix://".length));
      open.add(near).add(far);
      pipeline(near, far, () => open.delete(near));
      pipeline(far, near, () => open.delete(far));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
  };
  const cut = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  await mend();
  return { host: `unix://${path}`, cut, mend };
}
