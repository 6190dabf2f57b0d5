/**
 * How a container of a release is made: its labels and settings.
 *
 * @module
 */

import { LABELS } from "../../../engine/containers.ts";
import { OWN_LABELS, type Release, type Secret, type Target } from "../../../plugin.ts";
import { isStatic } from "./naming.ts";
import { hasNames, networkOf } from "./network.ts";

/** The engine counts processors in billionths. */
const NANO = 1_000_000_000;

/** Labels of all containers of a release. The stock haloyd reads our own ones, too. */
export function labelsOf({ app, deployment, target }: Release): Record<string, string> {
  const others = Object.entries(target.labels).filter(([name]) => !name.startsWith(OWN_LABELS));
  const labels: Record<string, string> = {
    ...Object.fromEntries(others),
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
  const { app, target } = release;
  const env = release.env.map(({ name, value }) => `${name}=${reveal(value)}`);
  const network = networkOf(release);
  // The name alone comes with the end of the deployment: until then this finds the container.
  const aliased = isStatic(release) && hasNames(network);
  return {
    Image: imageId,
    ...(target.command ? { Cmd: target.command } : {}),
    Env: [...env, `HALOY_REPLICA_ID=${replica}`],
    Labels: labelsOf(release),
    HostConfig: {
      NetworkMode: network,
      RestartPolicy: { Name: "no" },
      Binds: target.volumes,
      ...limitsOf(target),
      // Without a type these are options of the engine's own driver.
      ...(target.log
        ? { LogConfig: { Type: target.log.driver ?? "", Config: target.log.options } }
        : {}),
    },
    ...(aliased
      ? { NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [app] } } } }
      : {}),
  };
}

function limitsOf({ cpus, memory }: Target): object {
  return {
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * NANO) }),
    ...(memory === undefined ? {} : { Memory: memory }),
  };
}

function reveal(value: string | Secret): string {
  return typeof value === "string" ? value : value.reveal();
}
