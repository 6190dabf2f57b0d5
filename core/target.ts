/**
 * What a configuration says, after validation: one app on one server.
 *
 * @module
 */

/** A strategy and its options, as chosen in the config. */
export interface Choice {
  readonly strategy: string;
  readonly [option: string]: unknown;
}

/** When the server asks the registry for an image. */
export type PullPolicy = "always" | "if_missing" | "never";

/** A value written in the config, or where it comes from. Exactly one of the three. */
export type ValueSource =
  | { readonly value: string }
  | { readonly from: { readonly env: string } }
  /** `provider:source:key`. */
  | { readonly from: { readonly secret: string } };

/** An environment variable of the containers. An empty value is a value. */
export type EnvEntry = { readonly name: string } & ValueSource;

/** A host name and other names for the same app. Lower case, ASCII. */
export interface Domain {
  readonly domain: string;
  readonly aliases: readonly string[];
}

/** `image.build_config`. Paths are relative to the config file. */
export interface BuildConfig {
  readonly context: string;
  readonly dockerfile: string;
  readonly platform: string;
  readonly args: readonly EnvEntry[];
  /** How the image travels. Absent: chosen by the rules of the founding document. */
  readonly push?: string | undefined;
}

/** `image`, as an object. The shorthand string is its `repository`. */
export interface ImageConfig {
  readonly repository?: string | undefined;
  readonly tag?: string | undefined;
  readonly pullPolicy: PullPolicy;
  readonly history: Choice;
  readonly build?: boolean | undefined;
  readonly buildConfig?: BuildConfig | undefined;
}

/** How a new version takes the place of the old one. */
export type DeploymentStrategy = "rolling" | "replace";

/** One app on one server. All defaults are filled in. */
export interface Target {
  /** The app's name: also that of its containers and of its image when none is given. */
  readonly name: string;
  readonly server?: string | undefined;
  readonly apiToken?: ValueSource | undefined;
  /** Absent: built from the `Dockerfile` beside the config. */
  readonly image?: ImageConfig | undefined;
  readonly port: number;
  readonly domains: readonly Domain[];
  readonly env: readonly EnvEntry[];
  readonly replicas: number;
  readonly healthCheckPath: string;
  readonly minReadySeconds: number;
  readonly deploymentStrategy: DeploymentStrategy;
}

/**
 * Whether the target's image is built where the command is typed: `build` says so, else a
 * `build_config` does, else that no image is named (founding document, "Local Image Building").
 */
export function isBuilt({ image }: Target): boolean {
  return image?.build ?? (image?.buildConfig !== undefined || image?.repository === undefined);
}
