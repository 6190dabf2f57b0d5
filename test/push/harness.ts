/**
 * What every test of the push begins with: an image on one engine, a server at another one, and
 * a push between them. Everything is removed at the end.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import type { EngineClient } from "../../engine/client.ts";
import type { HookContext, LocalImage, PushedImage } from "../../plugin.ts";
import { pushImage } from "../../plugins/push/server/push.ts";
import { hashedSaveStream, saveStream } from "../../plugins/push/server/save-stream.ts";
import type { LayerSource } from "../../plugins/push/server/source.ts";
import { buildImage, engineAt, removeImages } from "./image.ts";
import { type EngineProxy, proxyEngine } from "./proxy.ts";
import { connect, type LayerServer, serveLayers } from "./server.ts";

/** Two engines with a server at the second one. */
export interface Pair extends AsyncDisposable {
  readonly client: EngineClient;
  readonly engine: EngineClient;
  /** In front of the client's engine. */
  readonly clientProxy: EngineProxy;
  /** In front of the server's engine. */
  readonly engineProxy: EngineProxy;
  readonly server: LayerServer;
  /** `METHOD path` of every request of the client to the server. */
  readonly requests: string[];
  /** Build an image at the client that prints `app`. Images with one `base` share their layers. */
  build(files: Files): Promise<LocalImage>;
  push(image: LocalImage, options?: PushOptions): Promise<PushedImage>;
}

/** Contents of an image's layers. */
export interface Files {
  readonly base: Uint8Array;
  readonly app: Uint8Array | string;
}

/** What a test may change about a push. */
export interface PushOptions {
  readonly signal?: AbortSignal;
  readonly progress?: HookContext["progress"];
  readonly sources?: readonly LayerSource[];
  /** Where to push to, when it is not {@link Pair.server}. */
  readonly url?: string;
}

/** Two of these layers are equal, on an engine that keeps empty ones. */
const BASE = `FROM scratch
COPY base /base
COPY busybox /bin/busybox
WORKDIR /srv
COPY base /base
CMD ["/bin/busybox", "cat", "/app"]`;

/** Join the client's engine and the server's, by their hosts. */
export async function pairOf(clientHost: string, serverHost: string): Promise<Pair> {
  const clientProxy = await proxyEngine(clientHost);
  const engineProxy = await proxyEngine(serverHost);
  const client = engineAt(clientHost);
  const engine = engineAt(serverHost);
  const built = new Set<string>();
  const name = randomBytes(6).toString("hex");
  const requests: string[] = [];
  const pair: Pair = {
    client,
    engine,
    requests,
    clientProxy,
    engineProxy,
    server: await serveLayers(engineProxy.host),
    async build({ base, app }) {
      const digest = createHash("sha256").update(base).digest("hex");
      const from = `haloy-test-push/base-${name}:${digest.slice(0, 12)}`;
      // The same base for every version: a builder without a cache would make a new one.
      if (!built.has(from)) await buildImage(client, from, BASE, { base });
      built.add(from);
      const reference = `haloy-test-push/${randomBytes(6).toString("hex")}:1`;
      built.add(reference);
      return await buildImage(client, reference, `FROM ${from}\nCOPY app /app`, { app });
    },
    async push(image, options = {}) {
      const proxied = engineAt(clientProxy.host);
      const sources = options.sources ?? [saveStream(proxied), hashedSaveStream(proxied)];
      const context: HookContext = {
        plugin: "push-server",
        hook: "push",
        signal: options.signal ?? new AbortController().signal,
        env: {},
        log: () => {},
        progress: options.progress ?? (() => {}),
        relay: () => {},
      };
      const server = connect(options.url ?? pair.server.url, requests);
      return await pushImage({ image, server }, sources, context);
    },
    async [Symbol.asyncDispose]() {
      await pair.server[Symbol.asyncDispose]();
      const newestFirst = [...built].reverse();
      await removeImages(client, ...newestFirst);
      await removeImages(engine, ...newestFirst);
      await clientProxy[Symbol.asyncDispose]();
      await engineProxy[Symbol.asyncDispose]();
    },
  };
  return pair;
}

/** How many of the requests read a whole image. */
export function saves(requests: readonly string[]): number {
  return requests.filter((request) => /^GET \/images\/.+\/get$/.test(request)).length;
}

/** How many of the requests send a part. */
export function partsSent(requests: readonly string[]): number {
  return requests.filter((request) => request.startsWith("PUT ")).length;
}
