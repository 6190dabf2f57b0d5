/**
 * Requests and answers of the daemon's API beyond layers: the stock protocol's routes that our
 * client uses, and our own.
 *
 * @module
 */

import type { ErrorJson } from "../core/errors.ts";
import type { DeploymentState, DeployOutcome } from "../core/hooks.ts";

/** What a daemon announces in `GET /v1/version` beyond the stock protocol. */
export const CAPABILITIES = [
  /** `GET /v1/deployments/{id}`, its `/events`, `/cancel`, and the optional deploy fields below. */
  "deployments",
  /** `PUT /v1/layers/{digest}/parts/{index}` and its siblings. */
  "layer-parts",
  /** `cpus`, `memory`, `command`, `log` and `labels` in a `targetConfig`. */
  "container-settings",
  /** App names with dots. */
  "dotted-names",
  /** `*.example.com` among the domains. */
  "wildcard-domains",
  /** Stock: `images/layers/check`, `images/layers`, `images/layers/assemble`. */
  "layer-upload",
  /** Stock: `images/disk-space-check`. */
  "image-disk-preflight",
] as const;

/** One of the {@link CAPABILITIES}. */
export type Capability = (typeof CAPABILITIES)[number];

/** `GET /v1/version`. Stock names. */
export interface VersionAnswer {
  readonly haloyd: string;
  readonly capabilities: readonly string[];
  /** History strategies that the daemon has. Ours only. */
  readonly retain?: readonly string[];
  /** What the server's engine runs: `linux/amd64`. Ours only; absent while the engine is away. */
  readonly platform?: string;
}

/** `POST /v1/deploy`. The last four fields only where the capability `deployments` is there. */
export interface DeployRequest {
  readonly deploymentID: string;
  readonly targetConfig: unknown;
  /** With `unresolved: true` (ours only), its variables are as the config writes them. */
  readonly rollbackDeployConfig?: unknown;
  /** The image's ID in the server's engine: wins over the reference. */
  readonly imageID?: string;
  /** Names of `env` entries whose values must never be shown. Absent: all of them. */
  readonly secretEnv?: readonly string[];
  readonly noWait?: boolean;
}

/** `POST /v1/rollback`. */
export interface RollbackRequest {
  readonly targetDeploymentID: string;
  readonly newDeploymentID: string;
  readonly newTargetConfig: unknown;
  readonly secretEnv?: readonly string[];
  readonly noWait?: boolean;
}

/** `GET /v1/deployments/{id}`: the durable record. */
export interface DeploymentAnswer {
  readonly id: string;
  readonly app: string;
  readonly state: DeploymentState;
  readonly image: string;
  readonly imageId: string | null;
  readonly rolledBackFrom: string | null;
  readonly error: ErrorJson | null;
  readonly outcome: DeployOutcome | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly steps: readonly { readonly state: DeploymentState; readonly at: string }[];
}

/** `GET /v1/status/{app}`: the stock fields, then ours. */
export interface StatusAnswer {
  readonly state: string;
  readonly deploymentId: string;
  readonly containerIds: readonly string[];
  readonly domains: readonly { readonly domain: string; readonly aliases?: readonly string[] }[];
  readonly image?: string;
  readonly replicas?: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly upstream: string | null;
  }[];
  readonly latest?: { readonly deployment: string; readonly state: DeploymentState } | null;
}

/** An entry of `GET /v1/rollback/{app}`: stock names, then ours. */
export interface RollbackTargetAnswer {
  readonly DeploymentID: string;
  readonly ImageID: string;
  readonly ImageRef: string;
  readonly RawDeployConfig: unknown;
  readonly at?: string;
  readonly current?: boolean;
  readonly lastGood?: boolean;
}
