/**
 * Routes that only stock Haloy clients use: a deployment's log in their own form, and images
 * as `docker save` writes them. Our clients have better ones.
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
  return routes;
}
