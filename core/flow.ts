/**
 * The data that flows through a deploy, from stage to stage and from client to server.
 *
 * @module
 */

import type { Secret } from "./secret.ts";
import type { Choice, PullPolicy, Target } from "./target.ts";

/** A user name and a password for a registry. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: Secret;
}

/** Credentials and where they are valid. */
export interface RegistryLogin extends RegistryCredentials {
  /** `host[:port]`; Docker Hub is `docker.io`. */
  readonly registry: string;
  /** It is one that the server keeps for all its apps, not the config's. */
  readonly ofServer?: true;
}

/** How an image is built. Paths are absolute. */
export interface BuildRequest {
  readonly context: string;
  readonly dockerfile: string;
  /** `os/architecture[/variant]`, as in `linux/amd64`; at least one. */
  readonly platforms: readonly string[];
  readonly args: readonly BuildArgument[];
  /** The stage of the Dockerfile to build. Null: the last one. */
  readonly stage: string | null;
  /** BuildKit's secret mounts: the name is the mount's ID. */
  readonly secrets: readonly BuildArgument[];
  /** As in `docker build --cache-from` and `--cache-to`. */
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
}

/** A build argument. A secret one never reaches a command line. */
export interface BuildArgument {
  readonly name: string;
  readonly value: string | Secret;
}

/** What a target's image turned out to be. */
export interface ResolvedImage {
  /** `[registry/]repository[:tag][@digest]`, always with a tag or a digest. */
  readonly reference: string;
  /** Null: nothing to build, the server gets the image by its reference. */
  readonly build: BuildRequest | null;
  /** How a built image travels. Null when nothing is built. */
  readonly push: Choice | null;
  /** From `image.registry`. Null: none are configured. */
  readonly login: RegistryLogin | null;
  readonly pullPolicy: PullPolicy;
  readonly history: Choice;
}

/** An image in the local Docker Engine. */
export interface LocalImage {
  readonly reference: string;
  /** The engine's ID for it: `sha256:` and 64 hexadecimal digits. */
  readonly id: string;
  /** Digests of the uncompressed layers, lowest first; of several platforms, those of `platform`. */
  readonly diffIds: readonly string[];
  /** `os/architecture[/variant]`: of several, the first that was asked for. */
  readonly platform: string;
  /** All that the image holds. More than one only in containerd's image store. */
  readonly platforms: readonly string[];
}

/** An image at its destination. */
export interface PushedImage {
  /** What the server runs. */
  readonly reference: string;
  /** The image's ID on the server, where the push learned it. */
  readonly id: string | null;
  /** Bytes of layer data that crossed the wire. */
  readonly bytesSent: number;
  /** Layers of which at least one byte was sent. */
  readonly layersSent: number;
  readonly layersTotal: number;
}

/** What {@link ServerConnection.request} takes. */
export interface ServerRequest {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /**
   * For work that takes the daemon longer than connections last: for so long, a request that was
   * cut off while it waited for its answer is sent again (milliseconds).
   */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

/** An authenticated connection to one haloyd. */
export interface ServerConnection {
  /** For messages: `https://haloy.example.com`. */
  readonly url: string;
  /** True when the server is this computer's loopback interface. */
  readonly loopback: boolean;
  /** What the daemon can do beyond the stock protocol, from `GET /v1/version`. */
  capabilities(signal?: AbortSignal): Promise<ReadonlySet<string>>;
  /**
   * One request. Resolves with any 2xx answer; an error answer is thrown as the `HaloyError` the
   * daemon sent, a redirect as `DAEMON_REJECTED`, and an unreachable daemon as
   * `DAEMON_UNREACHABLE` after three tries.
   */
  request(path: string, options?: ServerRequest): Promise<Response>;
  /** {@link request}, the answer parsed as JSON. */
  json<Answer>(path: string, options?: ServerRequest): Promise<Answer>;
}

/** States of a deployment; the last three are final. */
export type DeploymentState =
  | "queued"
  | "preparing"
  | "starting"
  | "checking"
  | "switching"
  | "retaining"
  | "succeeded"
  | "failed"
  | "cancelled";

/** An image, a target and an identity: what a deployment runs. */
export interface Release {
  /** The deployment's ID: a ULID in lower case. */
  readonly deployment: string;
  readonly app: string;
  /** The image reference to run. */
  readonly image: string;
  /** The image's ID on the server, where it is known: wins over the reference. */
  readonly imageId: string | null;
  /** Whether the image was sent by us, so that no registry may replace it. */
  readonly pushed: boolean;
  /** To pull the image. Null: none are configured for this image. */
  readonly login: RegistryLogin | null;
  readonly target: Target;
  /** Environment of the containers. */
  readonly env: readonly { readonly name: string; readonly value: string | Secret }[];
  readonly history: Choice;
}

/** One container of a deployment. */
export interface Replica {
  /** The container's ID. */
  readonly id: string;
  /** The container's name. */
  readonly name: string;
  /** From 1. */
  readonly number: number;
  /** `address:port` where the router reaches it. Null without an address. */
  readonly upstream: string | null;
}

/** How a deployment ended on the engine. */
export interface DeployOutcome {
  readonly replicas: readonly Replica[];
  /** The image ID that runs. */
  readonly imageId: string;
}

/** What the daemon gives the plugin that runs a release. */
export interface DeploymentHost {
  /**
   * `run`: a new deployment. `undo` and `finish`: the daemon died in this deployment, before or
   * after its traffic was switched; the plugin brings the engine to the old or to the new version.
   */
  readonly mode: "run" | "undo" | "finish";
  /** The deployment that served before this one, if any. */
  readonly previous: string | null;
  /** Write down that `state` begins. Durable before it returns; throws `LEASE_LOST` when superseded. */
  enter(state: "preparing" | "starting" | "checking" | "switching"): void;
  /**
   * Make the app's traffic go to `upstreams` (`address:port`) and wait until requests to other
   * upstreams of this app have ended. An app without domains has no route: nothing happens.
   * `serving` is the deployment the upstreams belong to; a compensation names the previous one.
   */
  route(upstreams: readonly string[], serving?: string): Promise<void>;
  /** A line for the deployment's log. */
  log(level: "debug" | "info" | "warn" | "error", message: string): void;
}

/** Names that lead to one app, and where its requests go. */
export interface Route {
  readonly app: string;
  /**
   * The canonical host name first, then its aliases. Lower case, ASCII. One may begin with `*.`,
   * which stands for any one label; a name that another route has by itself is not meant.
   */
  readonly hosts: readonly string[];
  /** `address:port`. Empty: the app is known but has no running replica, requests get 503. */
  readonly upstreams: readonly string[];
}

/** A release in the history, newest first in every list. */
export interface ReleaseRecord {
  readonly deployment: string;
  /** The server's own order: larger is newer. */
  readonly sequence: number;
  readonly image: string;
  readonly imageId: string;
  /** It is the one that runs. */
  readonly current: boolean;
  /** It is what `rollback` without an ID brings back: every strategy but `none` keeps it. */
  readonly lastGood: boolean;
}

/** What retention decided: deployment IDs. Every release is in exactly one of the two. */
export interface Retention {
  readonly keep: readonly string[];
  readonly remove: readonly string[];
}

/** One secret of a source: `provider:source:key`. */
export interface SecretReference {
  readonly source: string;
  readonly key: string;
}
