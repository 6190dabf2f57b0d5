/**
 * The network of an app's containers: Haloy's own is made when it is missing, any other one must
 * be there and let requests through where the app gets any.
 *
 * @module
 */

import type { EngineClient } from "../../../engine/client.ts";
import { HOST_NETWORK, LABELS, listContainers, NETWORK } from "../../../engine/containers.ts";
import type { NetworkInspect } from "../../../engine/types.ts";
import { fail, type HaloyError, type Release } from "../../../plugin.ts";
import { type Deployment, inspectContainer } from "./deployment.ts";
import { accepts } from "./ports.ts";

/** The network is that of another container, by name or ID. */
const OF_CONTAINER = "container:";
/** Networks of every engine. Containers in them have no names for each other. */
const BUILT_IN: ReadonlySet<string> = new Set(["bridge", "default", "host", "none"]);

/** The network that a release's containers are created in. */
export function networkOf({ target }: Release): string {
  return target.network ?? NETWORK;
}

/** Whether containers in the network find each other by name. */
export function hasNames(network: string): boolean {
  return !BUILT_IN.has(network) && !network.startsWith(OF_CONTAINER);
}

/**
 * Make sure that the release's network is there and fits the release.
 *
 * @throws `NETWORK_NOT_FOUND`, `NETWORK_UNSUITABLE`, `PORT_TAKEN`.
 */
export async function prepareNetwork({ engine, release }: Deployment): Promise<void> {
  const name = networkOf(release);
  if (name === NETWORK) return await ensureNetwork(engine);
  const routed = release.target.domains.length > 0;
  if (name.startsWith(OF_CONTAINER)) {
    if (routed) throw unsuitable(release, "the router would reach the other container");
    return await checkOther(engine, release, name.slice(OF_CONTAINER.length));
  }
  const network = await engine.jsonOrNull<NetworkInspect>(`/networks/${encodeURIComponent(name)}`);
  // The engine also answers to the beginning of a network's ID.
  if (network?.Name !== name) {
    throw fail("NETWORK_NOT_FOUND", {
      message: `Cannot deploy "${release.app}": the server has no network "${name}"`,
      hint: `Make it on the server ("docker network create ${name}"), or correct "network" in the config`,
    });
  }
  const problem = problemWith(network, { routed });
  if (problem !== null) throw unsuitable(release, problem);
  if (routed && name === HOST_NETWORK) await checkHostPort(engine, release);
}

/** Why an app cannot be in a network; `routed`: it gets requests. Null: it can. */
export function problemWith(
  { Driver, Scope, Attachable }: NetworkInspect,
  { routed }: { readonly routed: boolean },
): string | null {
  if (Scope === "swarm" && !Attachable) return "it is for services of a swarm only";
  if (!routed || Driver === "bridge" || Driver === HOST_NETWORK) return null;
  if (Driver === "null") return "nothing reaches containers in it";
  return `the router does not reach networks of the kind "${Driver}"`;
}

/** Make Haloy's own network where the server has none. */
async function ensureNetwork(engine: EngineClient): Promise<void> {
  if (await engine.jsonOrNull(`/networks/${NETWORK}`)) return;
  const json = { Name: NETWORK, Driver: "bridge", Attachable: true, CheckDuplicate: true };
  // 409: another deployment made it in this moment.
  await engine.call("/networks/create", { method: "POST", json, expect: [409] });
}

async function checkOther(engine: EngineClient, release: Release, name: string): Promise<void> {
  const other = await inspectContainer(engine, encodeURIComponent(name));
  if (other?.Config.Labels?.[LABELS.app] === release.app) {
    throw unsuitable(release, "that container is the app's own, and is replaced");
  }
  if (other?.State.Running) return;
  throw fail("NETWORK_NOT_FOUND", {
    message: `Cannot deploy "${release.app}": no container "${name}", whose network it shall share, runs on the server`,
    hint: `Start it, or correct "network" in the config`,
  });
}

/** In the server's own network two containers cannot listen on one port. */
async function checkHostPort(engine: EngineClient, release: Release): Promise<void> {
  const { app, target } = release;
  if (target.deploymentStrategy !== "replace" || target.replicas > 1) {
    throw fail("NETWORK_UNSUITABLE", {
      message: `Cannot deploy "${app}": in the network "${HOST_NETWORK}" only one container can listen on port ${target.port}`,
      hint: `Write "deployment_strategy: replace" in the config and have one replica, or leave "network" out`,
    });
  }
  const upstream = `127.0.0.1:${target.port}`;
  const own = await listContainers(engine, { app });
  if (own.some((one) => one.upstream === upstream)) return;
  if (!(await accepts("127.0.0.1", target.port))) return;
  throw fail("PORT_TAKEN", {
    message: `Cannot deploy "${app}": something else listens on port ${target.port} of the server`,
    hint: `Choose another "port", or leave out "network: ${HOST_NETWORK}"`,
  });
}

function unsuitable(release: Release, why: string): HaloyError {
  return fail("NETWORK_UNSUITABLE", {
    message: `Cannot deploy "${release.app}" in the network "${networkOf(release)}": ${why}`,
    hint: `Name a bridge network as "network", leave it out, or remove the app's "domains"`,
  });
}
