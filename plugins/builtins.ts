/**
 * The built-in plugins of both hosts, in the order they are asked. Each is loaded only when its
 * host opens, and a plugin listed in the config is asked before all of them.
 *
 * @module
 */

import type { Plugin } from "../plugin.ts";

/** A plugin's name and how to load it. */
export type Builtins = ReadonlyMap<string, () => Promise<Plugin>>;

const retention: Builtins = new Map([
  ["retain-local", async () => (await import("./retain/local.ts")).default],
  ["retain-none", async () => (await import("./retain/none.ts")).default],
]);

/** Plugins where the command is typed. */
export const clientPlugins: Builtins = new Map([
  ["image-reference", async () => (await import("./image/reference.ts")).default],
  ["build-docker", async () => (await import("./build/docker.ts")).default],
  ["push-server", async () => (await import("./push/server/index.ts")).default],
  ["push-registry", async () => (await import("./push/registry/index.ts")).default],
  ["deploy-haloyd", async () => (await import("./deploy/haloyd/index.ts")).default],
  // They run on the server; here they check their options before anything is built.
  ...retention,
]);

/** Plugins on the server. */
export const serverPlugins: Builtins = new Map([
  ["deploy-docker", async () => (await import("./deploy/docker/index.ts")).default],
  ["route-caddy", async () => (await import("./route/caddy/index.ts")).default],
  ...retention,
]);
