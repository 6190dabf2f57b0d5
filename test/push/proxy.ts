/**
 * A proxy in front of an engine's socket that sees every request, and can act before one.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineAddress } from "../../engine/client.ts";

/** A running proxy. */
export interface EngineProxy extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** `METHOD path`, without the API version, of every request so far. */
  readonly requests: string[];
  /** How many requests the engine is answering now. */
  readonly open: number;
  /** Awaited before a request goes on to the engine. */
  before: (request: string) => void | Promise<void>;
}

/** Put a proxy in front of the engine at `host`. */
export async function proxyEngine(host: string): Promise<EngineProxy> {
  const path = join(tmpdir(), `haloy-proxy-${randomUUID().slice(0, 8)}.sock`);
  const requests: string[] = [];
  let open = 0;
  const server = createServer(async (incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    const request = `${method} ${url.replace(/^\/v[\d.]+/, "").split("?")[0]}`;
    requests.push(request);
    await proxy.before(request);
    open++;
    const onward = httpRequest({
      ...engineAddress({ DOCKER_HOST: host }),
      method,
      path: url,
      headers,
    });
    onward.on("close", () => open--);
    onward.on("error", () => outgoing.destroy());
    onward.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.on("error", () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const proxy: EngineProxy = {
    host: `unix://${path}`,
    requests,
    get open() {
      return open;
    },
    before: () => {},
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(path, { force: true });
    },
  };
  return proxy;
}
