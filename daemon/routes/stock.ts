/**
 * Routes that only stock Haloy clients use: a deployment's log in their own form, images as
 * `docker save` writes them, and the list of registries. Our clients have better ones.
 *
 * @module
 */

import { Hono } from "hono";
import type { Services } from "../services.ts";
import { stockArchiveRoutes } from "./stock/archive.ts";
import { stockLogRoutes } from "./stock/deployment-log.ts";
import { stockDiskRoutes } from "./stock/disk-space.ts";
import { stockLayerRoutes } from "./stock/layers.ts";

/** The routes. */
export function stockRoutes(services: Services): Hono {
  const routes = new Hono();
  routes.route("/", stockLogRoutes(services));
  routes.route("/", stockDiskRoutes(services));
  routes.route("/", stockLayerRoutes(services));
  routes.route("/", stockArchiveRoutes(services));
  // Logging in to a registry on the server is not there yet, so there is never one to list.
  routes.get("/v1/registries", (context) => context.json({ registries: [] }));
  return routes;
}
