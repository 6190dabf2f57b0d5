/**
 * `createHaloy`: one configured app and everything that can be done with it.
 *
 * @module
 */

import { checkConfig, type LoadedConfig } from "../core/config/load.ts";
import type { ConfigInput } from "../core/config/types.ts";
import { readEvents } from "../plugins/deploy/haloyd/sse.ts";
import type { Haloy, LogsOptions, RunOptions, StopOptions } from "./api.ts";
import { open } from "./opened.ts";
import * as pipeline from "./pipeline.ts";
import { startRun, type Workspace } from "./run.ts";
import { type Environment, Session } from "./session.ts";

/** Options of {@link createHaloy}. */
export interface HaloyOptions {
  /** Environment for `from.env`, tokens and plugins. Default: the process's. */
  readonly env?: Environment;
}

/**
 * Open a configuration: what `loadConfig` gave, or one written in place with `defineConfig`.
 * Nothing is contacted before the first operation.
 *
 * @throws `CONFIG_INVALID` for a configuration written in place.
 */
export function createHaloy(
  config: ConfigInput | LoadedConfig,
  { env = process.env }: HaloyOptions = {},
): Haloy {
  const loaded = "locate" in config ? config : checkConfig(config);
  const session = new Session(loaded, env);
  const app = loaded.config.name;

  /** A run nobody iterates: for questions with one answer. */
  const ask = <Answer>(
    options: RunOptions,
    work: (opened: Awaited<ReturnType<typeof open>>) => Promise<Answer>,
  ): Promise<Answer> =>
    startRun("status", app, options, async (workspace: Workspace) =>
      work(await open(session, workspace)),
    ).result;

  return {
    app,
    plan: (options = {}) =>
      startRun("plan", app, options, async (workspace) =>
        pipeline.plan(await open(session, workspace)),
      ),
    deploy: (options = {}) =>
      startRun("deploy", app, options, async (workspace) =>
        pipeline.deploy(await open(session, workspace), options.noWait ?? false),
      ),
    rollback: (options = {}) =>
      startRun("rollback", app, options, async (workspace) =>
        pipeline.rollback(await open(session, workspace), options.to, options.noWait ?? false),
      ),
    status: (options = {}) =>
      startRun("status", app, options, async (workspace) =>
        pipeline.status(await open(session, workspace)),
      ),
    rollbackTargets: (options = {}) => ask(options, pipeline.rollbackTargets),
    stop: ({ removeContainers = false, ...options }: StopOptions = {}) =>
      ask(options, async ({ server, workspace: { signal } }) => {
        const query = removeContainers ? "?remove-containers=true" : "";
        const path = `/v1/stop/${app}${query}`;
        return await server.json<{ stopped: number }>(path, { method: "POST", signal });
      }),
    logs: (options: LogsOptions = {}) => logs(session, app, options),
    close: () => session.close(),
    [Symbol.asyncDispose]: () => session.close(),
  };
}

async function* logs(
  session: Session,
  app: string,
  { tail, follow, container, allContainers, ...options }: LogsOptions,
): AsyncGenerator<{ readonly container: string; readonly line: string }> {
  const query = new URLSearchParams({
    ...(tail === undefined ? {} : { tail: String(tail) }),
    ...(follow === false ? { follow: "false" } : {}),
    ...(container === undefined ? {} : { containerId: container }),
    ...(allContainers ? { allContainers: "true" } : {}),
  });
  const response = await startRun("status", app, options, async (workspace) => {
    const { server } = await open(session, workspace);
    return await server.request(`/v1/logs/${app}?${query}`, {
      headers: { accept: "text/event-stream, application/json" },
      ...(options.signal ? { signal: options.signal } : {}),
    });
  });
  for await (const { data } of readEvents(response)) {
    const { containerId, line } = JSON.parse(data) as { containerId: string; line: string };
    yield { container: containerId, line };
  }
}
