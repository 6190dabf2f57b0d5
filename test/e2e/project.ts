/**
 * A config with several targets, used through the library.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHaloy, type Haloy, loadConfig, type Run, type Stamped } from "../../mod.ts";
import { fetchPage, makeApp, type TestApp } from "./app.ts";
import type { TestServer } from "./server.ts";

/** A folder with a config, a Dockerfile and `.env` files. Its containers say what they were given. */
export interface Project {
  readonly app: TestApp;
  /** Write a file into the folder. */
  file(name: string, text: string): void;
  /** Write the config, with a new version of the app if it says something else. */
  config(config: Readonly<Record<string, unknown>>, greeting?: string): void;
  /** Read the config and open it, in the folder. */
  open(): Promise<Haloy>;
  /** Variables of the container that answers for `host`. */
  environment(server: TestServer, host: string): Promise<Readonly<Record<string, string>>>;
}

/** Make a project. `env` is the process's environment: give it no token to have it in files. */
export async function makeProject(
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<Project> {
  const app = await makeApp(name, {});
  app.command(
    "/bin/busybox",
    "sh",
    "-c",
    "/bin/busybox env > /www/env.txt; exec /bin/busybox httpd -f -p 8080 -h /www",
  );
  return {
    app,
    file: (file, text) => writeFileSync(join(app.dir, file), text),
    config: (config, greeting = "hello") =>
      app.write(greeting, { name: undefined, domains: undefined, ...config }),
    open: async () => createHaloy(await loadConfig(app.dir), { env, cwd: app.dir }),
    async environment(server, host) {
      const { status, body } = await fetchPage(server.caddy.httpPort, host, "/env.txt");
      if (status !== 200) throw new Error(`${host} answers ${status}`);
      return Object.fromEntries(body.split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2)));
    },
  };
}

/** All events of a run, after its end, and its result or what it threw. */
export async function finished<Result>(
  run: Run<Result>,
): Promise<{ events: readonly Stamped[]; result?: Result; error?: unknown }> {
  const events: Stamped[] = [];
  for await (const event of run) events.push(event);
  try {
    return { events, result: await run.result };
  } catch (error) {
    return { events, error };
  }
}

/** Beginnings of stages, in order, each with its target: `push production`, `build`. */
export function stages(events: readonly Stamped[]): string[] {
  return events.flatMap((event) =>
    event.type === "stage:start" ? [[event.stage, event.target].filter(Boolean).join(" ")] : [],
  );
}
