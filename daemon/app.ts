/**
 * haloyd's HTTP API as one Hono app. No listening here, so that tests can call it directly.
 *
 * @module
 */

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type ErrorCode, type ErrorJson, errorJson, fail, isHaloyError } from "../core/errors.ts";
import { layerRoutes } from "./layers/routes.ts";
import { appRoutes } from "./routes/apps.ts";
import { deploymentRoutes } from "./routes/deployments.ts";
import { registryRoutes } from "./routes/registries.ts";
import { refuseReleaseTag } from "./routes/stock/release-tag.ts";
import { stockRoutes } from "./routes/stock.ts";
import { versionRoutes } from "./routes/version.ts";
import type { Services } from "./services.ts";

/** JSON bodies are read into memory: this is the most we read (bytes). */
const MAX_JSON_BYTES = 32 * 1024 * 1024;

/** Paths whose bodies are streamed and limited by their own routes. */
const STREAMED = /^\/v1\/(?:layers\/[^/]+\/parts\/|images\/(?:layers|upload)$)/;

/**
 * Statuses of errors that are the client's to mend. These may name another one in `details.status`;
 * in any other error that is the engine's or the router's own status, and ours is 500.
 */
const STATUS: { readonly [Code in ErrorCode]?: number } = {
  API_REQUEST_INVALID: 400,
  APP_NOT_FOUND: 404,
  DEPLOYMENT_BUSY: 409,
  DEPLOYMENT_NOT_FOUND: 404,
  DOMAIN_TAKEN: 409,
  IMAGE_NOT_FOUND: 404,
  LAYER_CORRUPT: 400,
  LAYER_MISSING: 409,
  REGISTRY_DENIED: 400,
  REGISTRY_LOGIN_INVALID: 400,
  REGISTRY_LOGIN_NOT_FOUND: 404,
  REGISTRY_UNAUTHORIZED: 400,
  ROLLBACK_TARGET_NOT_FOUND: 404,
  ROLLBACK_UNAVAILABLE: 409,
  STRATEGY_UNKNOWN: 400,
  TOKEN_INVALID: 401,
};

/** The whole API. */
export function createApp(services: Services): Hono {
  const app = new Hono();
  const limit = bodyLimit({
    maxSize: MAX_JSON_BYTES,
    onError: () => {
      throw fail("API_REQUEST_INVALID", {
        message: `Cannot read the request: its body has more than ${MAX_JSON_BYTES} bytes`,
        details: { status: 413 },
      });
    },
  });

  app.use(async (context, next) => {
    await next();
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Cache-Control", "no-store");
  });
  app.get("/health", (context) => context.json({ status: "ok", service: "haloyd" }));
  app.use("/v1/*", async (context, next) => {
    if (!services.token.accepts(context.req.header("authorization"))) {
      throw fail("TOKEN_INVALID", { message: "The API token is missing or wrong" });
    }
    await next();
  });
  app.use("/v1/*", (context, next) =>
    STREAMED.test(context.req.path) ? next() : limit(context, next),
  );
  app.route("/", versionRoutes(services));
  app.route(
    "/",
    layerRoutes(services.layers, (reference) => refuseReleaseTag(services.journal, reference)),
  );
  app.route("/", deploymentRoutes(services));
  app.route("/", appRoutes(services));
  app.route("/", registryRoutes(services));
  app.route("/", stockRoutes(services));

  app.notFound((context) => context.text("There is no such route\n", 404));
  app.onError((error, context) => {
    const json = errorJson(error);
    const status = statusOf(json);
    if (!isHaloyError(error)) services.report(error);
    const said =
      status === 500 && json.code === "INTERNAL"
        ? { ...json, message: "haloyd met an error it did not expect: see its log" }
        : json;
    // Stock clients print the body as it is; ours ask for JSON.
    return context.req.header("accept")?.includes("application/json")
      ? context.json(said, status as 500)
      : context.text(`${said.message}\n`, status as 500);
  });
  return app;
}

/** The status an error is answered with. */
export function statusOf({ code, details }: ErrorJson): number {
  const usual = STATUS[code];
  if (usual === undefined) return 500;
  const named = (details as { status?: unknown } | null | undefined)?.status;
  return typeof named === "number" ? named : usual;
}
