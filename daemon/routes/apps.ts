/**
 * What runs: status, container logs, and stopping. Stock routes, our fields added.
 *
 * @module
 */

import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { fail } from "../../core/errors.ts";
import { rejectedStatus } from "../../engine/client.ts";
import {
  type AppContainer,
  containerLogs,
  listContainers,
  stopApp,
} from "../../engine/containers.ts";
import { volumesOf } from "../../engine/volumes.ts";
import type { StatusAnswer } from "../../wire/routes.ts";
import type { Services } from "../services.ts";

/** States by how much they matter for the whole app: a restarting replica hides a running one. */
const STATE_RANK = ["dead", "created", "exited", "running", "paused", "restarting"];

/** The engine's status for a log that its driver only writes. */
const UNREADABLE = 501;

/** How a deployment ended, in words. */
const OUTCOME: Readonly<Record<string, string>> = {
  succeeded: "succeeded, and its containers were removed since",
  failed: "failed",
  cancelled: "was cancelled",
};

/** The routes. */
export function appRoutes(services: Services): Hono {
  const { journal, releases, deployer, engine, traffic } = services;
  const routes = new Hono();

  /** Containers of the app's current deployment; of a stock app's newest otherwise. */
  const containersOf = async (app: string): Promise<readonly AppContainer[]> => {
    const all = await listContainers(engine, { app });
    const serving =
      releases.current(app) ??
      all
        .map((one) => one.deployment)
        .sort()
        .at(-1);
    return all.filter(({ deployment }) => deployment === serving);
  };

  const notFound = (app: string) => {
    const latest = journal.latest(app);
    if (!latest) {
      return fail("APP_NOT_FOUND", {
        message: `There is no app "${app}" with containers on this server`,
        hint: `"haloy deploy" starts it; check "name" in your config`,
      });
    }
    const why = latest.error ? `: ${latest.error.message}` : "";
    return fail("APP_NOT_FOUND", {
      message: `The app "${app}" does not run. Its newest deployment, ${latest.id}, ${OUTCOME[latest.state] ?? "is under way"}${why}`,
      hint: `"haloy deploy" starts it`,
    });
  };

  routes.get("/v1/status/:app", async (context) => {
    const app = context.req.param("app");
    const containers = await containersOf(app);
    const [first] = containers;
    if (!first) throw notFound(app);
    const target = journal.release(first.deployment)?.target;
    const latest = journal.latest(app);
    const answer: StatusAnswer = {
      state: overallState(containers),
      deploymentId: first.deployment,
      containerIds: containers.map(({ id }) => id),
      domains: target?.domains ?? [],
      image: journal.find(first.deployment)?.image ?? first.image,
      replicas: containers.map(({ id, name, state, upstream }) => ({ id, name, state, upstream })),
      latest: latest ? { deployment: latest.id, state: latest.state } : null,
    };
    return context.json(answer);
  });

  routes.get("/v1/logs/:app", async (context) => {
    const app = context.req.param("app");
    const { tail, containerId, allContainers, follow } = context.req.query();
    const containers = await containersOf(app);
    const wanted = containerId
      ? (await listContainers(engine, { app })).filter(
          ({ id, name }) => id.startsWith(containerId) || name === containerId,
        )
      : allContainers === "true"
        ? containers
        : containers.slice(0, 1);
    if (wanted.length === 0) throw notFound(app);
    return streamSSE(context, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      await stream.write(": connected\n\n");
      const options = {
        tail: Math.max(Number(tail) || 0, 0) || 100,
        follow: follow !== "false",
        signal: gone.signal,
      };
      const pump = async ({ id }: AppContainer) => {
        const write = (line: string) =>
          stream.writeSSE({ data: JSON.stringify({ containerId: id, line }) });
        try {
          for await (const line of containerLogs(engine, id, options)) await write(line);
        } catch (error) {
          if (rejectedStatus(error) !== UNREADABLE) throw error;
          await write("(there is nothing to read: the app's log driver keeps no log)");
        }
      };
      await Promise.all(wanted.map(pump)).catch((error) => {
        if (!gone.signal.aborted) throw error;
      });
    });
  });

  routes.post("/v1/stop/:app", async (context) => {
    const app = context.req.param("app");
    const remove = context.req.query("remove-containers") === "true";
    if (context.req.query("remove-volumes") === "true") {
      const names = await volumesOf(engine, app);
      throw fail("API_REQUEST_INVALID", {
        message: `Cannot remove the volumes of "${app}" (${names.join(", ") || "none"}): haloyd removes no data`,
        hint: `Remove them by name on the server: "docker volume rm …"`,
        details: { status: 400 },
      });
    }
    const current = releases.current(app);
    if (deployer.isBusy(app)) {
      throw fail("DEPLOYMENT_BUSY", {
        message: `Cannot stop "${app}": a deployment of it is under way`,
        hint: "Wait for its end, or cancel it",
      });
    }
    // First the route, then the containers: the engine may give their addresses to others.
    const target = current === null ? undefined : journal.release(current)?.target;
    if (target) await traffic.switch(app, target, []);
    const stopped = await stopApp(engine, app, { remove });
    if (remove) releases.retire(app);
    traffic.release(app);
    if (stopped === 0 && current === null) throw notFound(app);
    await traffic.reconcile();
    return context.json({ stopped }, 202);
  });

  return routes;
}

function overallState(containers: readonly AppContainer[]): string {
  const ranks = containers.map(({ state }) => STATE_RANK.indexOf(state));
  return STATE_RANK[Math.max(...ranks)] ?? "unknown";
}
