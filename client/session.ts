/**
 * What every operation of an app needs: its plugins, its values, and its server, each opened
 * once and only when it is asked for.
 *
 * @module
 */

import type { LoadedConfig } from "../core/config/load.ts";
import { resolveValues } from "../core/config/resolve-env.ts";
import type { Config } from "../core/config/types.ts";
import type { BuildArgument, ServerConnection } from "../core/hooks.ts";
import { PluginHost, type Running, setUpPlugins } from "../core/host.ts";
import { loadPlugins } from "../core/registry.ts";
import { Secret } from "../core/secret.ts";
import type { EnvEntry } from "../core/target.ts";
import { clientPlugins } from "../plugins/builtins.ts";
import { connect } from "./connection.ts";
import type { Workspace } from "./run.ts";
import { findServer, findToken, serverUrl } from "./servers.ts";

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One app's configuration, opened. */
export class Session {
  readonly loaded: LoadedConfig;
  readonly env: Environment;
  #running: Promise<Running[]> | undefined;

  constructor(loaded: LoadedConfig, env: Environment) {
    this.loaded = loaded;
    this.env = env;
  }

  get config(): Config {
    return this.loaded.config;
  }

  /** A plugin host whose events go to the run. */
  async host({ events, signal }: Workspace): Promise<PluginHost> {
    this.#running ??= this.#setUp();
    return new PluginHost(await this.#running, { events, signal, env: this.env });
  }

  /**
   * Resolve values that stand in the config under `place`. Secrets are masked in the run from
   * here on.
   */
  async values(
    entries: readonly EnvEntry[],
    place: readonly (string | number)[],
    host: PluginHost,
    { masker }: Workspace,
  ): Promise<BuildArgument[]> {
    const resolved = await resolveValues(entries, {
      env: this.env,
      directory: this.loaded.directory,
      secretProviders: this.config.secretProviders,
      ask: (provider, input) => host.named("resolveSecret", { strategy: provider }, input),
      locate: (index) => this.loaded.locate([...place, index]),
    });
    for (const { value } of resolved) if (value instanceof Secret) masker.add(value);
    return resolved;
  }

  /** The connection to the target's server. */
  async server(host: PluginHost, workspace: Workspace): Promise<ServerConnection> {
    const { server: wanted, apiToken } = this.config;
    const server = await findServer({ ...(wanted ? { server: wanted } : {}), env: this.env });
    const given = apiToken
      ? (await this.values([{ name: "api_token", ...apiToken }], ["apiToken"], host, workspace))[0]
          ?.value
      : undefined;
    const { token, source } = await findToken({
      server,
      ...(given === undefined ? {} : { apiToken: asSecret(given) }),
      configFile: this.loaded.file,
      env: this.env,
    });
    workspace.masker.add(token);
    return connect({ url: serverUrl(server), token, tokenSource: source });
  }

  /** Close what plugins opened. */
  async close(): Promise<void> {
    const running = await this.#running?.catch(() => []);
    for (const { hooks } of [...(running ?? [])].reverse()) await hooks.dispose?.();
  }

  async #setUp(): Promise<Running[]> {
    const { config, file, locate } = this.loaded;
    return await setUpPlugins(
      await loadPlugins(config.plugins, { from: file, builtins: clientPlugins, locate }),
    );
  }
}

function asSecret(value: string | Secret): Secret {
  return value instanceof Secret ? value : new Secret(value);
}
