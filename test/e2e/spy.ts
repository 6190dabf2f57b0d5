/**
 * A relay in front of a socket that notes every HTTP request passing through.
 *
 * @module
 */

import { connect, createServer, type NetConnectOpts } from "node:net";

/** A relay. */
export interface Spy {
  /** First lines of the requests seen since the last call: `GET /v1.41/images/x/get`. */
  requests(): string[];
  /** Bytes from the client since the last call. */
  bytesSent(): number;
  close(): void;
}

/** Listen at `at` (a socket's path, or a port on loopback) and pass everything on to `to`. */
export async function spyOn(at: string | number, to: NetConnectOpts): Promise<Spy> {
  let seen: string[] = [];
  let sent = 0;
  const server = createServer((near) => {
    const far = connect(to);
    near.on("data", (chunk: Buffer) => {
      sent += chunk.length;
      const lines = chunk.toString("latin1").matchAll(/^([A-Z]+ \/\S*) HTTP\/1\.1\r$/gm);
      for (const [, line = ""] of lines) seen.push(line);
    });
    near.pipe(far).pipe(near);
    near.once("error", () => far.destroy());
    far.once("error", () => near.destroy());
  });
  await new Promise<void>((resolve) =>
    typeof at === "string" ? server.listen(at, resolve) : server.listen(at, "127.0.0.1", resolve),
  );
  return {
    requests() {
      const taken = seen;
      seen = [];
      return taken;
    },
    bytesSent() {
      const taken = sent;
      sent = 0;
      return taken;
    },
    close: () => server.close(),
  };
}
