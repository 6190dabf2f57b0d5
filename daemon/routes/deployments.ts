/**
 * Deploying and going back: the stock routes that start a deployment, and ours that follow it.
 *
 * @module
 */

import { Hono } from "hono";
import { z } from "zod";
import { fail } from "../../core/errors.ts";
import type { Release } from "../../core/hooks.ts";
import { Secret } from "../../core/secret.ts";
import { loginOf } from "../../wire/registry.ts";
import type { DeploymentAnswer, RollbackTargetAnswer } from "../../wire/routes.ts";
import { readTarget } from "../../wire/target-config.ts";
import { inspectImage } from "../images.ts";
import type { DeploymentRecord } from "../journal.ts";
import type { Services } from "../services.ts";
import { readBody } from "./body.ts";
import { eventStream } from "./event-stream.ts";
import { hideValues, restoreValues } from "./stock/kept-values.ts";

/** A comment line this often keeps proxies from closing a silent stream (milliseconds). */
const KEEP_ALIVE_MS = 15_000;

/** IDs become image tags and container names. */
const deploymentId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "is not a deployment ID");

const deployBody = z.strictObject({
  deploymentID: deploymentId,
  targetConfig: z.unknown(),
  rollbackDeployConfig: z.unknown().optional(),
  imageID: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
  secretEnv: z.array(z.string()).optional(),
  noWait: z.boolean().optional(),
});

const rollbackBody = z.strictObject({
  targetDeploymentID: deploymentId,
  newDeploymentID: deploymentId,
  newTargetConfig: z.unknown(),
  secretEnv: z.array(z.string()).optional(),
  noWait: z.boolean().optional(),
});

/** The routes. */
export function deploymentRoutes(services: Services): Hono {
  const { journal, releases, deployer, engine, plugins } = services;
  const routes = new Hono();

  const found = (id: string): DeploymentRecord => {
    const record = journal.find(id);
    if (record) return record;
    throw fail("DEPLOYMENT_NOT_FOUND", {
      message: `There is no deployment "${id}" on this server`,
      hint: `"haloy status" shows the newest one`,
    });
  };

  /** The release of a request; `image` overrides what the target says. */
  const releaseFrom = (
    id: string,
    config: unknown,
    secretEnv: readonly string[] | undefined,
    image?: { reference: string; id: string },
  ): Release => {
    const { target, image: reference, pushed, history } = readTarget(config);
    plugins.owner("retain", history.strategy);
    const { image: written } = target;
    const login = loginOf(written?.registry, reference);
    if (written?.registry && !login) throw withoutValue("image.registry");
    return {
      deployment: id,
      app: target.name,
      image: image?.reference ?? reference,
      imageId: image?.id ?? null,
      pushed: pushed || image !== undefined,
      login: pushed ? null : login,
      // Values are kept beside the target, where they are known to be secrets.
      target: { ...target, image: written && { ...written, registry: undefined }, env: [] },
      env: target.env.map((entry) => {
        if (!("value" in entry)) throw withoutValue(`env "${entry.name}"`);
        const secret = secretEnv === undefined || secretEnv.includes(entry.name);
        return { name: entry.name, value: secret ? new Secret(entry.value) : entry.value };
      }),
      history,
    };
  };

  routes.post("/v1/deploy", async (context) => {
    const body = await readBody(context, deployBody);
    const { deploymentID, targetConfig, rollbackDeployConfig, imageID, secretEnv, noWait } = body;
    const release = releaseFrom(deploymentID, targetConfig, secretEnv);
    // What was sent is what runs, also when another push takes the tag while this one waits.
    const sent =
      imageID ??
      (release.pushed ? (await inspectImage(engine, release.image))?.Id : undefined) ??
      null;
    deployer.submit(
      {
        release: { ...release, imageId: sent },
        rollbackConfig: withoutToken(rollbackDeployConfig ?? targetConfig),
        rolledBackFrom: null,
      },
      { noWait: noWait ?? false },
    );
    return context.body(null, 202);
  });

  routes.get("/v1/rollback/:app", (context) => {
    const app = context.req.param("app");
    const targets = releases.list(app).map(
      ({ deployment, image, imageId, at, current, lastGood }): RollbackTargetAnswer => ({
        DeploymentID: deployment,
        ImageID: imageId,
        ImageRef: image,
        RawDeployConfig: hideValues(
          journal.rollbackConfig(deployment),
          journal.release(deployment),
        ),
        at,
        current,
        lastGood,
      }),
    );
    // A stock client lists everything it gets: it must not offer what runs already.
    const ours = context.req.header("accept")?.includes("application/json") ?? false;
    return context.json({ targets: ours ? targets : targets.filter(({ current }) => !current) });
  });

  routes.post("/v1/rollback", async (context) => {
    const body = await readBody(context, rollbackBody);
    const { targetDeploymentID, newDeploymentID, newTargetConfig, secretEnv, noWait } = body;
    // Asked again because the first answer was lost: it is under way already.
    if (journal.find(newDeploymentID)) return context.body(null, 202);
    const { target } = readTarget(newTargetConfig);
    const known = releases.list(target.name);
    const wanted = known.find(({ deployment }) => deployment === targetDeploymentID);
    if (!wanted) {
      throw fail("ROLLBACK_TARGET_NOT_FOUND", {
        message: `Cannot roll "${target.name}" back to "${targetDeploymentID}": it is not in the history`,
        hint: `"haloy rollback-targets" lists the releases to go back to`,
      });
    }
    const release = releaseFrom(newDeploymentID, newTargetConfig, secretEnv, {
      reference: wanted.image,
      id: wanted.imageId,
    });
    deployer.submit(
      {
        release: restoreValues(release, journal.release(targetDeploymentID)),
        rollbackConfig: journal.rollbackConfig(targetDeploymentID),
        rolledBackFrom: targetDeploymentID,
      },
      { noWait: noWait ?? false },
    );
    return context.body(null, 202);
  });

  routes.get("/v1/deployments/:id", (context) =>
    context.json(answer(found(context.req.param("id")))),
  );

  routes.post("/v1/deployments/:id/cancel", (context) => {
    const { id } = found(context.req.param("id"));
    return context.json({ cancelled: deployer.cancel(id) });
  });

  routes.get("/v1/deployments/:id/events", (context) => {
    const { id } = found(context.req.param("id"));
    const after = Number(context.req.header("last-event-id") ?? 0) || 0;
    return eventStream(context, KEEP_ALIVE_MS, async (stream, signal) => {
      for await (const { seq, at, event } of journal.events(id, after, signal)) {
        const data = JSON.stringify({ ...event, time: at });
        await stream.writeSSE({ id: String(seq), event: event.type, data });
      }
    });
  });

  return routes;
}

function answer(record: DeploymentRecord): DeploymentAnswer {
  const { sequence: _, ...rest } = record;
  return rest;
}

function withoutValue(what: string): Error {
  return fail("API_REQUEST_INVALID", {
    message: `Cannot read the request: ${what} has no value`,
    hint: "A client resolves values before it sends them: is it of a version that belongs to this haloyd?",
    details: { status: 400 },
  });
}

/** What a client sent for a later rollback, without the token that stock clients leave in it (W1). */
function withoutToken(config: unknown): unknown {
  if (config === null || typeof config !== "object") return config;
  const { apiToken: _, ...rest } = config as Record<string, unknown>;
  return rest;
}
