/**
 * What every step of a deployment on Docker works with, and the containers it is about.
 *
 * @module
 */

import type { EngineClient } from "../../../engine/client.ts";
import {
  type AppContainer,
  listContainers,
  stopAndRemoveContainer,
  stopContainer,
  upstreamOf,
} from "../../../engine/containers.ts";
import type { ContainerInspect } from "../../../engine/types.ts";
import type { DeploymentHost, DeployOutcome, Release } from "../../../plugin.ts";

/** One deployment on one engine. */
export interface Deployment {
  readonly release: Release;
  readonly host: Omit<DeploymentHost, "log">;
  /** A line for the deployment's log. Never throws. */
  readonly log: DeploymentHost["log"];
  readonly engine: EngineClient;
  /** How long a container may take to become healthy, unless its HEALTHCHECK takes longer. */
  readonly healthTimeoutSeconds: number;
}

/** Containers of the app: those of this deployment, and all others. */
export async function containersOf(
  deployment: Deployment,
): Promise<{ readonly mine: AppContainer[]; readonly others: AppContainer[] }> {
  const { engine, release } = deployment;
  const all = await listContainers(engine, { app: release.app });
  const isMine = (one: AppContainer) => one.deployment === release.deployment;
  return { mine: all.filter(isMine), others: all.filter((one) => !isMine(one)) };
}

/** Everything the engine knows about a container. Null when it is gone. */
export function inspectContainer(
  engine: EngineClient,
  id: string,
  signal?: AbortSignal,
): Promise<ContainerInspect | null> {
  return engine.jsonOrNull<ContainerInspect>(`/containers/${id}/json`, { signal });
}

/** `address:port` where a container is reached. Null while it has no address. */
export function addressOf({
  State,
  Config,
  HostConfig,
  NetworkSettings,
}: ContainerInspect): string | null {
  return upstreamOf({
    running: State.Running,
    labels: Config.Labels ?? {},
    network: HostConfig.NetworkMode,
    networks: NetworkSettings.Networks,
  });
}

/** Start a container. One that runs is no error. */
export async function startContainer(engine: EngineClient, id: string): Promise<void> {
  await engine.call(`/containers/${id}/start`, { method: "POST", expect: [304] });
}

/** Set what the engine does when a container ends. */
export async function setRestartPolicy(
  engine: EngineClient,
  id: string,
  name: "no" | "unless-stopped",
): Promise<void> {
  const json = { RestartPolicy: { Name: name } };
  await engine.call(`/containers/${id}/update`, { method: "POST", json });
}

/** Stop containers all at once. */
export async function stopAll(
  engine: EngineClient,
  containers: readonly AppContainer[],
  seconds?: number,
): Promise<void> {
  await Promise.all(containers.map(({ id }) => stopContainer(engine, id, seconds)));
}

/** Stop containers all at once, then remove them. */
export async function stopAndRemove(
  engine: EngineClient,
  containers: readonly AppContainer[],
  seconds?: number,
): Promise<void> {
  await Promise.all(containers.map(({ id }) => stopAndRemoveContainer(engine, id, seconds)));
}

/** Where requests to `containers` go. */
export function upstreamsOf(containers: readonly AppContainer[]): string[] {
  return containers.flatMap(({ upstream }) => (upstream === null ? [] : [upstream]));
}

/** What a deployment of these containers answers. */
export function outcomeOf(containers: readonly AppContainer[], imageId: string): DeployOutcome {
  return {
    imageId,
    replicas: containers.map(({ id, name, replica, upstream }) => ({
      id,
      name,
      number: replica,
      upstream,
    })),
  };
}

/** `1 container`, `3 containers`. */
export function countContainers(count: number): string {
  return count === 1 ? "1 container" : `${count} containers`;
}
