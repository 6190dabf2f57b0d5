/**
 * A steady load of requests through the router, counted one by one: what a deploy must not harm.
 *
 * @module
 */

import { Agent, request } from "node:http";

/** What {@link startLoad} takes. */
export interface LoadOptions {
  readonly port: number;
  /** The `Host` header. */
  readonly host: string;
  /** Clients that each send one request after the other over a kept-alive connection. */
  readonly clients: number;
}

/** What a load saw. */
export interface LoadResult {
  readonly requests: number;
  /** Answers that were not 200, and requests without an answer. */
  readonly failed: number;
  /** The first failures in words. */
  readonly failures: readonly string[];
  /** Distinct bodies, in the order they first appeared. */
  readonly bodies: readonly string[];
}

/** Start a load; `stop` ends it and says what it saw. */
export function startLoad(options: LoadOptions): { stop(): Promise<LoadResult> } {
  const { port, host, clients } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const failures: string[] = [];
  const bodies = new Set<string>();
  let requests = 0;
  let failed = 0;
  let stopping = false;

  const once = () =>
    new Promise<void>((resolve) => {
      const lose = (reason: string) => {
        failed += 1;
        if (failures.length < 5) failures.push(reason);
        resolve();
      };
      requests += 1;
      const sent = request({ agent, port, host: "127.0.0.1", headers: { host } }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk) => {
          body += chunk;
        });
        response.once("end", () => {
          if (response.statusCode !== 200) return lose(`status ${response.statusCode}: ${body}`);
          bodies.add(body.trim());
          resolve();
        });
        response.once("error", (error) => lose(error.message));
      });
      sent.once("error", (error) => lose(error.message));
      sent.end();
    });

  const client = async () => {
    while (!stopping) {
      await once();
      // Leave the processor to what is being tested.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const running = Array.from({ length: clients }, client);
  return {
    async stop() {
      stopping = true;
      await Promise.all(running);
      agent.destroy();
      return { requests, failed, failures, bodies: [...bodies] };
    },
  };
}
