/**
 * Router `caddy`: the apps' routes in a Caddy that may serve other sites too, through its admin
 * API. Only `apps/http/servers/haloy` is ours.
 *
 * @module
 */

import { z } from "zod";
import { definePlugin, type Plugin } from "../../../plugin.ts";
import { Router } from "./router.ts";

const admin = z
  .string()
  .regex(/^(?:http:\/\/[^/]+|unix:\/\/\/.+)$/, `must look like "http://127.0.0.1:2019"`)
  .default("http://127.0.0.1:2019")
  .describe("Caddy's admin API: http://host:port or unix:///path");
const listen = z
  .array(z.string().min(1))
  .default([":80"])
  .describe("Addresses where Caddy accepts the apps' requests");
const shutdownDelayMs = z
  .int()
  .min(0)
  .max(10_000)
  // Long enough for a busy server's clients to have asked a few times.
  .default(1000)
  .describe("How long a replaced configuration lingers to send its clients to the new one");

const plugin: Plugin = definePlugin({
  name: "route-caddy",
  options: z.strictObject({}),
  strategies: { route: { caddy: z.strictObject({ admin, listen, shutdownDelayMs }) } },
  setup: () => {
    const routers = new Map<string, Router>();
    return {
      route: {
        async caddy({ routes, draining, check, strategy }, { signal, log }) {
          const { admin, ...options } = strategy;
          const router = routers.get(admin) ?? new Router(admin);
          routers.set(admin, router);
          if (check) {
            await router.check();
            return { changed: false };
          }
          const changed = await router.apply({ routes, ...options }, draining, {
            signal,
            warn: (message) => log("warn", message),
          });
          return { changed };
        },
      },
    };
  },
});
export default plugin;
