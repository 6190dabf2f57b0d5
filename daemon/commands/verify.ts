/**
 * `haloyd verify`: everything that can be wrong with a server, found without changing anything.
 *
 * @module
 */

import { accessSync, constants, existsSync, statSync } from "node:fs";
import { errorJson, fail, reasonOf } from "../../core/errors.ts";
import { EventLog } from "../../core/events.ts";
import { PluginHost, setUpPlugins } from "../../core/host.ts";
import { loadPlugins } from "../../core/registry.ts";
import { describeEngine, EngineClient, engineAddress } from "../../engine/client.ts";
import { serverPlugins } from "../../plugins/builtins.ts";
import { readLogins, registriesFile } from "../registries.ts";
import { readSettings } from "../settings.ts";
import { TokenCheck } from "../token.ts";
import type { ServeOptions } from "./serve.ts";

/** Check everything, say it, and give back the exit code. */
export async function verify(options: ServeOptions): Promise<number> {
  const { dataDirectory, configDirectory, listen } = options;
  const engine = new EngineClient(engineAddress(process.env));
  const checks: readonly (readonly [string, () => unknown])[] = [
    [`configuration in ${configDirectory}`, () => readSettings(dataDirectory, configDirectory)],
    ["API token", () => TokenCheck.load(configDirectory)],
    [`data directory ${dataDirectory}`, () => checkPrivate(dataDirectory)],
    ["logins at registries", () => readLogins(registriesFile(dataDirectory))],
    [`Docker Engine at ${describeEngine(engine.address)}`, () => engine.apiVersion()],
    ["plugins and router", () => checkPlugins(dataDirectory, configDirectory)],
    [`haloyd on http://${listen}`, () => checkListening(listen)],
  ];
  let failed = 0;
  for (const [name, check] of checks) {
    try {
      await check();
      process.stdout.write(`✔ ${name}\n`);
    } catch (error) {
      failed += 1;
      const { message, hint } = errorJson(error);
      process.stdout.write(`✖ ${name}: ${message}\n${hint === undefined ? "" : `  → ${hint}\n`}`);
    }
  }
  return failed === 0 ? 0 : 1;
}

function checkPrivate(directory: string): void {
  if (!existsSync(directory)) {
    throw fail("SERVER_SETUP_INVALID", {
      message: `${directory} does not exist`,
      hint: `Run "haloyd init" first`,
    });
  }
  accessSync(directory, constants.W_OK);
  const mode = statSync(directory).mode & 0o077;
  if (mode === 0) return;
  throw fail("SERVER_SETUP_INVALID", {
    message: `${directory} is open to other users`,
    hint: `Run "chmod 700 ${directory}"`,
  });
}

async function checkPlugins(dataDirectory: string, configDirectory: string): Promise<void> {
  const settings = readSettings(dataDirectory, configDirectory);
  const loaded = await loadPlugins(settings.plugins, {
    from: settings.file,
    builtins: serverPlugins,
  });
  const host = new PluginHost(await setUpPlugins(loaded), {
    events: new EventLog(),
    signal: AbortSignal.timeout(10_000),
    env: process.env,
  });
  await host.named("route", settings.router, { routes: [], draining: [], check: true });
  await host.dispose();
}

async function checkListening(address: string): Promise<void> {
  try {
    const response = await fetch(`http://${address}/health`, { signal: AbortSignal.timeout(2000) });
    if (response.ok) return;
    throw new Error(`it answers ${response.status}`);
  } catch (cause) {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    throw fail("DAEMON_UNREACHABLE", {
      message: reasonOf(inner) || "nothing listens there",
      hint: `Start it with "haloyd serve"; when it listens elsewhere, say so with --listen`,
      cause,
    });
  }
}
