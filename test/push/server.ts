/**
 * The layer routes behind a real HTTP server, and a connection to it: the daemon and the client
 * of these tests, reduced to what a push needs.
 *
 * @module
 */

import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { type ErrorJson, errorFromJson, errorJson } from "../../core/errors.ts";
import { layerRoutes } from "../../daemon/layers/routes.ts";
import { LayerStore } from "../../daemon/layers/store.ts";
import type { ServerConnection, ServerRequest } from "../../plugin.ts";
import { engineAt } from "./image.ts";

/** A running server with a store of its own. */
export interface LayerServer extends AsyncDisposable {
  readonly url: string;
  readonly directory: string;
  readonly store: LayerStore;
  /** Awaited before a request is answered. */
  before: (request: string) => void | Promise<void>;
}

/** Serve the layer routes on loopback for the engine at `host`. */
export async function serveLayers(host: string, directory?: string): Promise<LayerServer> {
  const own = directory ?? (await mkdtemp(join(tmpdir(), "haloy-layers-")));
  const store = new LayerStore({ directory: own, engine: engineAt(host) });
  await store.recover();
  const app = new Hono();
  app.use(async (c, next) => {
    await running.before(`${c.req.method} ${c.req.path}`);
    await next();
  });
  app.route(
    "/",
    layerRoutes(store, () => {}),
  );
  app.onError((error, c) => {
    const json = errorJson(error);
    const status = (json.details as { status?: number } | undefined)?.status ?? 500;
    return c.json(json, status as 400);
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const running: LayerServer = {
    url: `http://127.0.0.1:${port}`,
    directory: own,
    store,
    before: () => {},
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (directory === undefined) await rm(own, { recursive: true, force: true });
    },
  };
  return running;
}

/** A connection without authentication and without retries. Notes its requests in `requests`. */
export function connect(url: string, requests: string[] = []): ServerConnection {
  const request = async (path: string, options: ServerRequest = {}) => {
    requests.push(`${options.method ?? "GET"} ${path}`);
    const { method = "GET", headers = {}, body, json, signal } = options;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...headers,
        ...(json === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(json === undefined
        ? body === undefined
          ? {}
          : { body }
        : { body: JSON.stringify(json) }),
      ...(signal ? { signal } : {}),
    });
    if (response.ok) return response;
    throw errorFromJson((await response.json()) as ErrorJson);
  };
  return {
    url,
    loopback: true,
    capabilities: async () => new Set(),
    request,
    json: async (path, options) => await (await request(path, options)).json(),
  };
}
