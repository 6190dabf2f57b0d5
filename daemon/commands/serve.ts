/**
 * `haloyd serve`: open everything, listen, and close everything when told to stop.
 *
 * @module
 */

import { serve as listen } from "@hono/node-server";
import { errorJson, fail } from "../../core/errors.ts";
import { createApp } from "../app.ts";
import { openServices } from "../services.ts";
import { readSettings } from "../settings.ts";

/** What {@link serve} takes. */
export interface ServeOptions {
  readonly dataDirectory: string;
  readonly configDirectory: string;
  /** `host:port`. */
  readonly listen: string;
}

/** Run the daemon until SIGTERM or SIGINT. */
export async function serve(options: ServeOptions): Promise<void> {
  const { hostname, port } = parseAddress(options.listen);
  const settings = readSettings(options.dataDirectory, options.configDirectory);
  const services = await openServices(settings, process.env, report);
  const app = createApp(services);
  // A stock client sends a whole image in one request, however long that takes.
  const serverOptions = { requestTimeout: 0, headersTimeout: 60_000 };
  const server = listen({ fetch: app.fetch, hostname, port, serverOptions });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (cause) =>
      reject(
        fail("SERVER_SETUP_INVALID", {
          message: `Cannot listen on ${options.listen}: ${cause.message}`,
          hint: "Is another haloyd running? --listen names another address",
          cause,
        }),
      ),
    );
  });
  process.stderr.write(`haloyd listens on http://${options.listen}\n`);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    report("Stopping: deployments under way are brought to an end first");
    server.close();
    await services.close();
    // Clients that follow events keep their connections open: nothing more will come on them.
    if ("closeAllConnections" in server) server.closeAllConnections();
    process.exit(0);
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
}

function report(said: unknown): void {
  const { code, message } = errorJson(said);
  const line = typeof said === "string" ? said : `${code}: ${message}`;
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  if (code === "INTERNAL" && said instanceof Error) process.stderr.write(`${said.stack}\n`);
}

/** `host:port`, also `[::1]:port`. */
export function parseAddress(text: string): { hostname: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(text) ?? [];
  const hostname = bracketed ?? plain;
  if (hostname !== undefined && Number(port) <= 65535) return { hostname, port: Number(port) };
  throw fail("SERVER_SETUP_INVALID", {
    message: `Cannot listen on "${text}": it is not host:port`,
    hint: "For example --listen 127.0.0.1:9922",
  });
}
