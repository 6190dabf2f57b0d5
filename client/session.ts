/**
 * A configuration and its plugins, set up once and only when they are needed.
 *
 * @module
 */

import type { LoadedConfig } from "../core/config/load.ts";
import type { Config } from "../core/config/types.ts";
import { type HostOptions, PluginHost, type Running, setUpPlugins } from "../core/host.ts";
import { loadPlugins } from "../core/registry.ts";
import { clientPlugins } from "../plugins/builtins.ts";
import type { Environment } from "./server-directory.ts";

export type { Environment } from "./server-directory.ts";

/** A configuration, opened. */
export class Session {
  readonly loaded: LoadedConfig;
  /** The process's environment. */
  readonly env: Environment;
  /** The current directory. */
  readonly cwd: string;
  #running: Promise<Running[]> | undefined;

  constructor(loaded: LoadedConfig, { env, cwd }: { env: Environment; cwd: string }) {
    this.loaded = loaded;
    this.env = env;
    this.cwd = cwd;
  }

  get config(): Config {
    return this.loaded.config;
  }

  /** A host of the plugins. */
  async host(options: HostOptions): Promise<PluginHost> {
    this.#running ??= this.#setUp();
    return new PluginHost(await this.#running, options);
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
