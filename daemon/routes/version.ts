/**
 * `GET /v1/version`: the daemon's version and what it can do.
 *
 * @module
 */

import { Hono } from "hono";
import { VERSION } from "../../core/version.ts";
import type { EngineClient } from "../../engine/client.ts";
import { CAPABILITIES, type VersionAnswer } from "../../wire/routes.ts";
import type { Services } from "../services.ts";

/** The route. */
export function versionRoutes({ engine, plugins }: Services): Hono {
  const routes = new Hono();
  routes.get("/v1/version", async (context) => {
    const platform = await enginePlatform(engine);
    const answer: VersionAnswer = {
      haloyd: VERSION,
      capabilities: CAPABILITIES,
      retain: plugins.strategies("retain"),
      ...(platform === null ? {} : { platform }),
    };
    return context.json(answer);
  });
  return routes;
}

/** The version is told also while the engine is away. */
async function enginePlatform(engine: EngineClient): Promise<string | null> {
  try {
    const { Os, Arch } = await engine.json<{ readonly Os: string; readonly Arch: string }>(
      "/version",
    );
    return `${Os}/${Arch}`;
  } catch {
    return null;
  }
}
