/**
 * The parts of the Docker Engine API's answers that we read, as the API documents them.
 *
 * @module
 */

/** `GET /images/{name}/json`. */
export interface ImageInspect {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Architecture: string;
  readonly Os: string;
  readonly Variant?: string;
  readonly Size: number;
  readonly RootFS: { readonly Layers?: readonly string[] | null };
  readonly Config?: {
    readonly ExposedPorts?: Readonly<Record<string, unknown>> | null;
    readonly Healthcheck?: { readonly Test?: readonly string[] | null } | null;
    readonly Labels?: Readonly<Record<string, string>> | null;
  } | null;
}

/** An entry of `GET /images/json`. */
export interface ImageSummary {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** An entry of `GET /containers/json`. */
export interface ContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[];
  /** What it was created from: a reference or an ID. */
  readonly Image: string;
  readonly ImageID: string;
  readonly State: string;
  readonly Created: number;
  readonly Labels: Readonly<Record<string, string>>;
  readonly HostConfig?: { readonly NetworkMode?: string };
  readonly NetworkSettings?: {
    readonly Networks?: Readonly<Record<string, { readonly IPAddress: string }>> | null;
  } | null;
}

/** `GET /containers/{id}/json`. */
export interface ContainerInspect {
  readonly Id: string;
  readonly Name: string;
  /** ISO 8601, as all times here. */
  readonly Created: string;
  readonly Image: string;
  readonly RestartCount?: number;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly Restarting: boolean;
    readonly ExitCode: number;
    readonly OOMKilled?: boolean;
    readonly Error?: string;
    /** Of its first process, as the engine's host counts. 0 when it does not run. */
    readonly Pid: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: {
      readonly Status: "none" | "starting" | "healthy" | "unhealthy";
      readonly Log?: readonly { readonly ExitCode: number; readonly Output: string }[] | null;
    } | null;
  };
  readonly Config: {
    readonly Hostname: string;
    readonly Labels: Readonly<Record<string, string>> | null;
    readonly Tty: boolean;
    /** Durations in nanoseconds. 0 or absent: the engine's default. */
    readonly Healthcheck?: {
      readonly StartPeriod?: number;
      readonly Interval?: number;
      readonly Timeout?: number;
      readonly Retries?: number;
    } | null;
  };
  readonly HostConfig: { readonly NetworkMode: string };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> | null;
  };
}

/** `GET /networks/{name}`. */
export interface NetworkInspect {
  readonly Name: string;
  readonly Driver: string;
  /** `local`, or `swarm` for all machines of a swarm. */
  readonly Scope: string;
  /** Whether containers that are no swarm service may join a network of a swarm. */
  readonly Attachable: boolean;
}

/** `GET /info`. */
export interface EngineInfo {
  readonly ID: string;
  readonly Driver: string;
  readonly DriverStatus?: readonly (readonly [string, string])[] | null;
  readonly DockerRootDir: string;
  readonly Architecture: string;
  readonly OSType: string;
  readonly ServerVersion: string;
}
