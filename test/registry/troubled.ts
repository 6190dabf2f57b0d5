/**
 * A registry in trouble: it answers everything with the same status, or nothing at all.
 *
 * @module
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A registry that is no use. */
export interface TroubledRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** How many requests are open. */
  readonly open: number;
}

/** Errors as the distribution specification has them, by status. */
const ERRORS: Readonly<Record<number, { code: string; message: string }>> = {
  403: { code: "DENIED", message: "requested access to the resource is denied" },
  429: { code: "TOOMANYREQUESTS", message: "You have reached your pull rate limit." },
  503: { code: "UNAVAILABLE", message: "service unavailable" },
};

/** Start one. `silent`: it takes requests and never answers. */
export async function troubledRegistry(answer: number | "silent"): Promise<TroubledRegistry> {
  let open = 0;
  const server = createServer((request, response) => {
    request.resume();
    open++;
    response.once("close", () => open--);
    if (answer === "silent") return;
    response.writeHead(answer, { "content-type": "application/json" });
    response.end(JSON.stringify({ errors: [ERRORS[answer]] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get open() {
      return open;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
