/**
 * The containers of apps, found by their labels: list them, stop them, read their logs.
 *
 * Names and labels are those of the stock haloyd, so that either finds the other's containers.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import { type EngineClient, rejectedStatus } from "./client.ts";
import { logLines } from "./log-stream.ts";
import type { ContainerInspect, ContainerSummary } from "./types.ts";

/** The network of every app that does not name another one. */
export const NETWORK = "haloy";
/** A container in this network has the server's own addresses. */
export const HOST_NETWORK = "host";

/** Labels of a container. */
export const LABELS = {
  app: "dev.haloy.appName",
  deployment: "dev.haloy.deployment-id",
  healthCheckPath: "dev.haloy.health-check-path",
  port: "dev.haloy.port",
  minReadySeconds: "dev.haloy.min-ready-seconds",
  /** Followed by an index, and for aliases by `.alias.` and another one. */
  domain: "dev.haloy.domain.",
} as const;

/** What a container without the label is taken to have. */
const DEFAULT_PORT = "8080";

/** From SIGTERM to SIGKILL (seconds). */
const STOP_SECONDS = 20;

/** One container of an app. */
export interface AppContainer {
  readonly id: string;
  readonly name: string;
  readonly app: string;
  readonly deployment: string;
  /** From 1. */
  readonly replica: number;
  /** What it was created from: a reference or an ID. */
  readonly image: string;
  readonly imageId: string;
  /** The engine's word: `created`, `running`, `paused`, `restarting`, `exited` or `dead`. */
  readonly state: string;
  /** `address:port`. Null while it has no address. */
  readonly upstream: string | null;
}

/** Containers of one app or of all, running or not, by name and replica. */
export async function listContainers(
  engine: EngineClient,
  { app }: { readonly app?: string } = {},
): Promise<AppContainer[]> {
  const label = app === undefined ? LABELS.app : `${LABELS.app}=${app}`;
  const query = { all: true, filters: JSON.stringify({ label: [label] }) };
  const found = await engine.json<readonly ContainerSummary[]>("/containers/json", { query });
  return found
    .map(describe)
    .sort(
      (a, b) =>
        compare(a.app, b.app) || compare(a.deployment, b.deployment) || a.replica - b.replica,
    );
}

/** What tells where a container is reached. */
export interface Attached {
  readonly running: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** The network it was created in. */
  readonly network: string;
  readonly networks: Readonly<Record<string, { readonly IPAddress: string }>> | null | undefined;
}

/** `address:port` where this machine reaches a container. Null while it has no address. */
export function upstreamOf({ running, labels, network, networks }: Attached): string | null {
  const own = network === HOST_NETWORK && running ? "127.0.0.1" : undefined;
  const address = own ?? networks?.[network]?.IPAddress;
  return address ? `${address}:${labels[LABELS.port] ?? DEFAULT_PORT}` : null;
}

/**
 * Stop a container: its stop signal, then SIGKILL after `seconds`. One that does not run, or is
 * not there any more, is no error.
 */
export async function stopContainer(
  engine: EngineClient,
  id: string,
  seconds: number = STOP_SECONDS,
): Promise<void> {
  const query = { t: seconds };
  await engine.call(`/containers/${id}/stop`, { method: "POST", query, expect: [304, 404] });
}

/** Remove a container, killing it when it runs. One that is not there any more is no error. */
export async function removeContainer(engine: EngineClient, id: string): Promise<void> {
  const query = { force: true };
  // 409: somebody else is removing it right now.
  await engine.call(`/containers/${id}`, { method: "DELETE", query, expect: [404, 409] });
}

/** {@link stopContainer}, then {@link removeContainer}. */
export async function stopAndRemoveContainer(
  engine: EngineClient,
  id: string,
  seconds?: number,
): Promise<void> {
  await stopContainer(engine, id, seconds);
  await removeContainer(engine, id);
}

/** Stop all containers of an app, and remove them when asked. Gives back how many there were. */
export async function stopApp(
  engine: EngineClient,
  app: string,
  { remove }: { readonly remove: boolean },
): Promise<number> {
  const containers = await listContainers(engine, { app });
  const end = remove ? stopAndRemoveContainer : stopContainer;
  await Promise.all(containers.map(({ id }) => end(engine, id)));
  return containers.length;
}

/** Which lines of a container's output to read. */
export interface LogOptions {
  /** Lines of the past. */
  readonly tail: number;
  /** Go on with what the container will write. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** Lines of a container's output, both streams in the order they were written. */
export async function* containerLogs(
  engine: EngineClient,
  id: string,
  { tail, follow, signal }: LogOptions,
): AsyncGenerator<string> {
  const { Config } = await engine.json<ContainerInspect>(`/containers/${id}/json`, { signal });
  const query = { stdout: true, stderr: true, tail, follow };
  let stream: IncomingMessage;
  try {
    stream = await engine.stream(`/containers/${id}/logs`, { query, signal });
  } catch (error) {
    // Nothing was ever written: a container that could not be started has no log to open.
    if (rejectedStatus(error) === 404 || rejectedStatus(error) === 409) return;
    throw error;
  }
  try {
    yield* logLines(stream, Config.Tty);
  } finally {
    stream.destroy();
  }
}

function describe(container: ContainerSummary): AppContainer {
  const { Id, Image, ImageID, Labels, Names, HostConfig, NetworkSettings, State } = container;
  const name = (Names[0] ?? Id).replace(/^\//, "");
  const app = Labels[LABELS.app] ?? "";
  return {
    id: Id,
    name,
    app,
    deployment: Labels[LABELS.deployment] ?? "",
    // An app's own name may look like that of a replica.
    replica: Number(name === app ? 1 : (/-r(\d+)$/.exec(name)?.[1] ?? 1)),
    image: Image,
    imageId: ImageID,
    state: State,
    upstream: upstreamOf({
      running: State === "running",
      labels: Labels,
      network: HostConfig?.NetworkMode ?? NETWORK,
      networks: NetworkSettings?.Networks,
    }),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
