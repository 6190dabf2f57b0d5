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

/** A name and its value. An empty value is a value. */
export type EnvEntry = { readonly name: string } & ValueSource;

/** An environment variable of the containers. */
export type EnvVariable = EnvEntry & {
  /** It is a build argument too. */
  readonly buildArg?: boolean | undefined;
};

/**
 * A host name and other names for the same app. Lower case, ASCII (punycode); the first label of
 * one may be `*`.
 */
export interface Domain {
  readonly domain: string;
  readonly aliases: readonly string[];
}

/** `image.build_config`. Paths are relative to the config file. */
export interface BuildConfig {
  readonly context: string;
  readonly dockerfile: string;
  /** `os/architecture[/variant]`, at least one. */
  readonly platforms: readonly string[];
  readonly args: readonly EnvEntry[];
  /** How the image travels. Absent: chosen by the rules of the founding document. */
  readonly push?: string | undefined;
  /** The stage of the Dockerfile to build. Absent: the last one. */
  readonly target?: string | undefined;
  /** Secret mounts, by ID. Their values are in no layer. */
  readonly secrets: readonly EnvEntry[];
  /** Where BuildKit looks for cached layers, as in `docker build --cache-from`. */
  readonly cacheFrom: readonly string[];
  /** Where BuildKit keeps cached layers, as in `docker build --cache-to`. */
  readonly cacheTo: readonly string[];
}

/** `image.registry`: how to log in where the image is. */
export interface RegistryConfig {
  /** `host[:port]`. Absent: that of the image reference. */
  readonly server?: string | undefined;
  readonly username: ValueSource;
  readonly password: ValueSource;
}

/** `image`, as an object. The shorthand string is its `repository`. */
export interface ImageConfig {
  readonly repository?: string | undefined;
  readonly tag?: string | undefined;
  readonly pullPolicy: PullPolicy;
  readonly history: Choice;
  readonly registry?: RegistryConfig | undefined;
  readonly build?: boolean | undefined;
  readonly buildConfig?: BuildConfig | undefined;
}

/** How a new version takes the place of the old one. */
export type DeploymentStrategy = "rolling" | "replace";

/** How containers are named: with the deployment's ID, or always by the app's name alone. */
export type NamingStrategy = "dynamic" | "static";

/** A set of defaults for a kind of app. */
export type Preset = "database" | "service";

/** What the engine does with what the containers write. */
export interface LogConfig {
  /** The engine's logging driver. Absent: the engine's default one. */
  readonly driver?: string | undefined;
  readonly options: Readonly<Record<string, string>>;
}

/** What Haloy's own labels of containers begin with: no target may set such a one. */
export const OWN_LABELS = "dev.haloy.";

/** One app on one server. All defaults are filled in. */
export interface Target {
  /** The app's name: also that of its containers and of its image when none is given. */
  readonly name: string;
  readonly preset?: Preset | undefined;
  readonly server?: string | undefined;
  readonly apiToken?: ValueSource | undefined;
  /** Absent: built from the `Dockerfile` beside the config. */
  readonly image?: ImageConfig | undefined;
  readonly port: number;
  readonly domains: readonly Domain[];
  readonly env: readonly EnvVariable[];
  readonly replicas: number;
  readonly healthCheckPath: string;
  readonly minReadySeconds: number;
  readonly deploymentStrategy: DeploymentStrategy;
  readonly namingStrategy: NamingStrategy;
  /** `--all` leaves it out unless it is asked to include protected targets. */
  readonly protected: boolean;
  /** `source:/path[:options]`, see `parseVolume`. */
  readonly volumes: readonly string[];
  /** The engine's network to join. Absent: the apps' own. */
  readonly network?: string | undefined;
  /** Commands for the shell, run in the config's directory before the build and after the deploy. */
  readonly preDeploy: readonly string[];
  readonly postDeploy: readonly string[];
  /** Processors a container may use, at most. Absent: all. */
  readonly cpus?: number | undefined;
  /** Memory a container may use, in bytes. Absent: all. */
  readonly memory?: number | undefined;
  /** Instead of the image's command. */
  readonly command?: readonly string[] | undefined;
  readonly log?: LogConfig | undefined;
  /** Labels of the containers besides Haloy's own. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether the target's image is built where the command is typed: `build` says so, else a
 * `build_config` does, else that no image is named (founding document, "Local Image Building").
 */
export function isBuilt({ image }: Pick<Target, "image">): boolean {
  return image?.build ?? (image?.buildConfig !== undefined || image?.repository === undefined);
}
