/**
 * A server to deploy to: an engine, a Caddy and a haloyd, and the `haloy` command set up for it.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { EngineClient } from "../../engine/client.ts";
import { type Caddy, startCaddy } from "../../scripts/environment/caddy.ts";
import {
  type Finished,
  type Haloyd,
  type HaloydOptions,
  haloy,
  type Runtime,
  startHaloyd,
} from "../../scripts/environment/haloyd.ts";
import { type TestEngine, testEngine } from "../engines.ts";
import type { TestApp } from "./app.ts";

/** What {@link startServer} takes. */
export interface ServerOptions {
  /** Name of the engine that runs apps. Default `20.10`. */
  readonly engine?: string;
  /** Name of the engine that builds. Default: the same one. */
  readonly client?: string;
  /** What haloyd runs under. Default Node. */
  readonly runtime?: Runtime;
  /** What the command runs under. Default: the same. */
  readonly clientRuntime?: Runtime;
  /** More of `haloyd.yaml`. */
  readonly settings?: HaloydOptions["settings"];
}

/** A server, and the means to use it. */
export interface TestServer {
  haloyd: Haloyd;
  readonly caddy: Caddy;
  readonly engine: EngineClient;
  /** Environment that the `haloy` command and the library need for this server. */
  readonly env: Readonly<Record<string, string>>;
  /** Run `haloy` in an app's folder. */
  haloy(app: Pick<TestApp, "dir">, ...args: string[]): Promise<Finished>;
  /** The same, interrupted (SIGINT) when the signal aborts. */
  haloyUntil(signal: AbortSignal, app: Pick<TestApp, "dir">, ...args: string[]): Promise<Finished>;
  /** Start haloyd again on the same data, after it was stopped or killed. */
  restart(settings?: HaloydOptions["settings"]): Promise<void>;
  /** Containers of an app in any state, as `name state`. */
  containers(app: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** Start a server. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const { runtime = "node", clientRuntime = runtime, settings } = options;
  const dir = mkdtempSync(join(tmpdir(), "haloy-server-"));
  const remote: TestEngine = testEngine(options.engine ?? "20.10");
  const local = testEngine(options.client ?? options.engine ?? "20.10");
  const caddy = await startCaddy({ dir: join(dir, "caddy"), binary: "/usr/bin/caddy" });
  const start = (more: HaloydOptions["settings"], listen?: string) =>
    startHaloyd({
      dir: join(dir, "haloyd"),
      runtime,
      engineHost: remote.host,
      caddyAdmin: caddy.adminUrl,
      httpPort: caddy.httpPort,
      ...(more ? { settings: more } : {}),
      ...(listen ? { listen } : {}),
    });
  const haloyd = await start(settings);
  const engine = new EngineClient({ socketPath: remote.host.slice("unix://".length) });
  const env = {
    HALOY_API_TOKEN: haloyd.token,
    HALOY_CONFIG_DIR: join(dir, "client"),
    DOCKER_HOST: local.host,
    PATH: local.dockerCli
      ? `${dirname(local.dockerCli)}:${process.env.PATH}`
      : `${process.env.PATH}`,
  };
  const server: TestServer = {
    haloyd,
    caddy,
    engine,
    env,
    haloy: (app, ...args) => haloy(args, { cwd: app.dir, runtime: clientRuntime, env }),
    haloyUntil: (signal, app, ...args) =>
      haloy(args, { cwd: app.dir, runtime: clientRuntime, env, signal }),
    async restart(more = settings) {
      server.haloyd = await start(more, server.haloyd.server);
    },
    async containers(app) {
      const filters = JSON.stringify({ label: [`dev.haloy.appName=${app}`] });
      const found = await engine.json<{ Names: string[]; State: string }[]>("/containers/json", {
        query: { all: true, filters },
      });
      return found.map(({ Names, State }) => `${Names[0]?.slice(1)} ${State}`).sort();
    },
    async stop() {
      await server.haloyd.stop();
      await caddy.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return server;
}
