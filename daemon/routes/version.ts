/**
 * `GET /v1/version`: the daemon's version and what it can do.
 *
 * @module
 */

import { Hono } from "hono";
import { VERSION } from "../../core/version.ts";
import { CAPABILITIES, type VersionAnswer } from "../../wire/routes.ts";
import type { Services } from "../services.ts";

/** The route. */
export function versionRoutes(_services: Services): Hono {
  const routes = new Hono();
  routes.get("/v1/version", (context) => {
    const answer: VersionAnswer = { haloyd: VERSION, capabilities: CAPABILITIES };
    return context.json(answer);
  });
  return routes;
}
