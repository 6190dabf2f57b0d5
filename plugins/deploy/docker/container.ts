/**
 * How a container of a release is made: its name, labels and settings.
 *
 * @module
 */

import { LABELS, NETWORK } from "../../../engine/containers.ts";
import type { Release, Secret } from "../../../plugin.ts";

/** The name of one replica's container: that of the stock haloyd. */
export function containerName({ app, deployment, target }: Release, replica: number): string {
  const name = `${app}-${deployment}`;
  return target.replicas > 1 ? `${name}-r${replica}` : name;
}

/** Labels of all containers of a release. The stock haloyd reads the same ones. */
export function labelsOf({ app, deployment, target }: Release): Record<string, string> {
  const labels: Record<string, string> = {
    [LABELS.app]: app,
    [LABELS.deployment]: deployment,
    [LABELS.healthCheckPath]: target.healthCheckPath,
    [LABELS.port]: String(target.port),
  };
  if (target.minReadySeconds > 0) {
    labels[LABELS.minReadySeconds] = String(target.minReadySeconds);
  }
  for (const [index, { domain, aliases }] of target.domains.entries()) {
    labels[`${LABELS.domain}${index}`] = domain;
    for (const [place, alias] of aliases.entries()) {
      labels[`${LABELS.domain}${index}.alias.${place}`] = alias;
    }
  }
  return labels;
}

/**
 * The body of `POST /containers/create` for one replica. Secrets are revealed in it.
 *
 * It is made without a restart policy, so that a container that ends while it is being checked
 * stays as it ended, with its exit code; a healthy one gets `unless-stopped`.
 */
export function containerSpec(release: Release, imageId: string, replica: number): unknown {
  const env = release.env.map(({ name, value }) => `${name}=${reveal(value)}`);
  return {
    Image: imageId,
    Env: [...env, `HALOY_REPLICA_ID=${replica}`],
    Labels: labelsOf(release),
    HostConfig: { NetworkMode: NETWORK, RestartPolicy: { Name: "no" } },
  };
}

function reveal(value: string | Secret): string {
  return typeof value === "string" ? value : value.reveal();
}
