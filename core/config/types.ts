/**
 * A configuration as it is written, and as it is after validation.
 *
 * @module
 */

import type { Choice, PullPolicy } from "../hooks.ts";
import type { Plugin } from "../plugin.ts";
import type {
  DeploymentStrategy,
  EnvEntry,
  EnvVariable,
  NamingStrategy,
  Preset,
  Target,
  ValueSource,
} from "../target.ts";

/** What stands under `plugins:` after the shorthand is expanded. */
export interface PluginEntry {
  /** A built-in name, a package name, a path, or in TypeScript the plugin itself. */
  readonly use: unknown;
  /** The plugin's options. */
  readonly with?: unknown;
}

/** What stands under `plugins:`, as it is written. */
export type PluginInput = string | Plugin | { use: string | Plugin; with?: unknown };

/** A whole, valid configuration: every target with what it inherits and all defaults filled in. */
export interface Config {
  /** By name, in the order of the file. A config without `targets` is one target, by the app's name. */
  readonly targets: Readonly<Record<string, Target>>;
  /** It was written with `targets`. */
  readonly multiple: boolean;
  readonly plugins: readonly PluginEntry[];
  /** Sources of secrets: provider, then source name, then that provider's options. */
  readonly secretProviders: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Commands for the shell, before everything else and after all targets. */
  readonly globalPreDeploy: readonly string[];
  readonly globalPostDeploy: readonly string[];
}

/** A build argument or a build secret. One that is only a name gets the value of that variable. */
export type PassedOn = EnvEntry | { readonly name: string };

/** `image.buildConfig`. */
export interface BuildInput {
  /** Relative to the config file. Default `.`. */
  context?: string | undefined;
  /** Relative to the config file. Default `Dockerfile`. */
  dockerfile?: string | undefined;
  /** One or several. Default `linux/amd64`. */
  platform?: string | readonly string[] | undefined;
  args?: readonly PassedOn[] | undefined;
  /** Push strategy; chosen automatically when absent. */
  push?: string | undefined;
  /** The stage of the Dockerfile to build. Default: the last one. */
  target?: string | undefined;
  /** BuildKit's secret mounts: the name is the mount's ID. */
  secrets?: readonly PassedOn[] | undefined;
  cacheFrom?: readonly string[] | undefined;
  cacheTo?: readonly string[] | undefined;
}

/** `image` as an object. */
export interface ImageInput {
  /** Image name; the target's or the app's name when absent. A tag may be written in it. */
  repository?: string | undefined;
  /** `latest` when none is written. */
  tag?: string | undefined;
  /** Default `always`. */
  pullPolicy?: PullPolicy | undefined;
  /** Default `{ strategy: "local" }`; in a target, without `strategy`, options of the inherited one. */
  history?: Choice | Readonly<Record<string, unknown>> | undefined;
  /** How to log in at the image's registry. */
  registry?:
    | {
        /** `host[:port]`. Default: that of the repository. */
        server?: string | undefined;
        username: ValueSource;
        password: ValueSource;
      }
    | undefined;
  /** Default: built when there is a `buildConfig`. */
  build?: boolean | undefined;
  buildConfig?: BuildInput | undefined;
}

/** What may be written for one target, and at the top for all of them. */
export interface TargetInput {
  /** The app's name. Default: the target's name. */
  name?: string | undefined;
  preset?: Preset | undefined;
  /** A reference, or an object. Absent: built from the `Dockerfile` beside the config. */
  image?: string | ImageInput | undefined;
  /** One of `images`, instead of `image`. */
  imageKey?: string | undefined;
  /** Host name of the server that runs haloyd. */
  server?: string | undefined;
  apiToken?: ValueSource | undefined;
  /** Port the app listens on inside its container. Default 8080. */
  port?: number | string | undefined;
  domains?: readonly { domain: string; aliases?: readonly string[] | undefined }[] | undefined;
  env?: readonly EnvVariable[] | undefined;
  /** Default 1. */
  replicas?: number | undefined;
  /** Default `/`. */
  healthCheckPath?: string | undefined;
  /** 0 to 600. Default 0. */
  minReadySeconds?: number | undefined;
  /** Default `rolling`. */
  deploymentStrategy?: DeploymentStrategy | undefined;
  /** Default `dynamic`. */
  namingStrategy?: NamingStrategy | undefined;
  /** Leave it out of `--all`. Default false. */
  protected?: boolean | undefined;
  /** `source:/path[:options]`. */
  volumes?: readonly string[] | undefined;
  /** The engine's network to join. */
  network?: string | undefined;
  preDeploy?: readonly string[] | undefined;
  postDeploy?: readonly string[] | undefined;
  /** Processors a container may use, at most: `0.5`. */
  cpus?: number | string | undefined;
  /** Memory a container may use: `512m`, `2g`, or bytes. */
  memory?: number | string | undefined;
  /** Instead of the image's command. */
  command?: readonly string[] | undefined;
  log?:
    | { driver?: string | undefined; options?: Readonly<Record<string, string>> | undefined }
    | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
}

/** A configuration as it is written in TypeScript and JSON. */
export interface ConfigInput extends TargetInput {
  /** By name; what is written at the top is for all of them. */
  targets?: Readonly<Record<string, TargetInput | null>> | undefined;
  /** Images by the name that `imageKey` uses. */
  images?: Readonly<Record<string, string | ImageInput>> | undefined;
  plugins?: readonly PluginInput[] | undefined;
  secretProviders?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /** Commands for the shell, before everything else. */
  globalPreDeploy?: readonly string[] | undefined;
  /** Commands for the shell, after all targets. */
  globalPostDeploy?: readonly string[] | undefined;
  /** Where editors find the JSON Schema of a file. */
  $schema?: string | undefined;
}

/** {@link BuildInput} after the schema: shorthands expanded, nothing filled in. */
export interface WrittenBuild extends Omit<BuildInput, "platform" | "args" | "secrets"> {
  platform?: readonly string[] | undefined;
  args?: readonly EnvEntry[] | undefined;
  secrets?: readonly EnvEntry[] | undefined;
}

/** {@link ImageInput} after the schema. */
export interface WrittenImage extends Omit<ImageInput, "buildConfig" | "history"> {
  history?: Readonly<Record<string, unknown>> | undefined;
  buildConfig?: WrittenBuild | undefined;
}

/** {@link TargetInput} after the schema. */
export interface WrittenTarget
  extends Omit<TargetInput, "image" | "port" | "cpus" | "memory" | "domains"> {
  image?: WrittenImage | undefined;
  port?: number | undefined;
  domains?: readonly { domain: string; aliases?: readonly string[] | undefined }[] | undefined;
  cpus?: number | undefined;
  memory?: number | undefined;
}

/** {@link ConfigInput} after the schema: each layer by itself, before inheritance. */
export interface Written extends WrittenTarget {
  targets?: Readonly<Record<string, WrittenTarget>> | undefined;
  images?: Readonly<Record<string, WrittenImage>> | undefined;
  plugins?: readonly PluginEntry[] | undefined;
  secretProviders?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  globalPreDeploy?: readonly string[] | undefined;
  globalPostDeploy?: readonly string[] | undefined;
  $schema?: string | undefined;
}

/** Names of a config's targets, where its type tells them. */
export type TargetName<Input extends ConfigInput> = Input extends {
  readonly targets: infer Targets extends object;
}
  ? keyof Targets & string
  : Input extends { readonly name: infer Name extends string }
    ? Name
    : string;

/** Check a configuration while you write it. Does nothing at run time. */
export function defineConfig<const Input extends ConfigInput>(config: Input): Input {
  return config;
}
