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
export function versionRoutes({ plugins }: Services): Hono {
  const routes = new Hono();
  routes.get("/v1/version", (context) => {
    const answer: VersionAnswer = {
      haloyd: VERSION,
      capabilities: CAPABILITIES,
      retain: plugins.strategies("retain"),
    };
    return context.json(answer);
  });
  return routes;
}
