/**
 * A configuration as it is written, and as it is after validation.
 *
 * @module
 */

import type { Choice, PullPolicy } from "../hooks.ts";
import type { Plugin } from "../plugin.ts";
import type { DeploymentStrategy, EnvEntry, Target, ValueSource } from "../target.ts";

/** What stands under `plugins:` after the shorthand is expanded. */
export interface PluginEntry {
  /** A built-in name, a package name, a path, or in TypeScript the plugin itself. */
  readonly use: unknown;
  /** The plugin's options. */
  readonly with?: unknown;
}

/** A whole, valid configuration, all defaults filled in. */
export interface Config extends Target {
  readonly plugins: readonly PluginEntry[];
  /** Sources of secrets: provider, then source name, then that provider's options. */
  readonly secretProviders: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** `image` as an object. */
export interface ImageInput {
  /** Image name; the app's name when absent. A tag may be written in it. */
  repository?: string | undefined;
  /** `latest` when none is written. */
  tag?: string | undefined;
  /** Default `always`. */
  pullPolicy?: PullPolicy | undefined;
  /** Default `{ strategy: "local" }`. */
  history?: Choice | undefined;
  /** Default: built when there is a `buildConfig`. */
  build?: boolean | undefined;
  buildConfig?:
    | {
        /** Relative to the config file. Default `.`. */
        context?: string | undefined;
        /** Relative to the config file. Default `Dockerfile`. */
        dockerfile?: string | undefined;
        /** Default `linux/amd64`. */
        platform?: string | undefined;
        /** An argument that is only a name gets the value of the variable of that name. */
        args?: (EnvEntry | { name: string })[] | undefined;
        /** Push strategy; chosen automatically when absent. */
        push?: string | undefined;
      }
    | undefined;
}

/** A configuration as it is written in TypeScript and JSON. */
export interface ConfigInput {
  /** The app's name: lower case letters, digits, dashes and underscores. */
  name: string;
  /** Host name of the server that runs haloyd. */
  server?: string | undefined;
  apiToken?: ValueSource | undefined;
  /** A reference, or an object. Absent: built from the `Dockerfile` beside the config. */
  image?: string | ImageInput | undefined;
  /** Port the app listens on inside its container. Default 8080. */
  port?: number | string | undefined;
  domains?: { domain: string; aliases?: string[] | undefined }[] | undefined;
  env?: EnvEntry[] | undefined;
  /** Default 1. */
  replicas?: number | undefined;
  /** Default `/`. */
  healthCheckPath?: string | undefined;
  /** 0 to 600. Default 0. */
  minReadySeconds?: number | undefined;
  /** Default `rolling`. */
  deploymentStrategy?: DeploymentStrategy | undefined;
  plugins?: (string | Plugin | { use: string | Plugin; with?: unknown })[] | undefined;
  secretProviders?: Record<string, Record<string, unknown>> | undefined;
}

/** Check a configuration while you write it. Does nothing at run time. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
