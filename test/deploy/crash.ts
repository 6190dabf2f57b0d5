/**
 * Deployments that a crash of the daemon interrupts.
 *
 * @module
 */

import { expect } from "vitest";
import { fail } from "../../core/errors.ts";
import type { DeploymentStrategy } from "../../core/target.ts";
import { type App, newDeploymentId, type Options, type Script } from "./harness.ts";

/** A version that serves, and one that is ready to be deployed after it. */
export interface Prepared {
  /** The new version's. */
  readonly image: string;
  readonly previous: string;
  readonly deployment: string;
  /** To deploy the new version with. */
  readonly settings: Options;
  /** The old version's container. */
  readonly oldId: string;
}

/** How the daemon dies: nothing of its deployment goes on. */
export const lost: Error = fail("LEASE_LOST", { message: "the daemon died" });

/** What the app's containers are: deployment and state, in the order of the deployments. */
export async function states(app: App): Promise<string[][]> {
  return (await app.containers()).map((one) => [one.deployment, one.state]);
}

/** Version one serves, version two is ready to be deployed. */
export async function prepare(
  app: App,
  deploymentStrategy: DeploymentStrategy,
  young: Script = "v2",
  old: Script = "v1",
): Promise<Prepared> {
  const target = { deploymentStrategy };
  const image = await app.image(young);
  const { deployment: previous, replicas } = await app.deploy(await app.image(old), { target });
  const deployment = newDeploymentId();
  const settings = { target, previous, deployment };
  return { image, previous, deployment, settings, oldId: replicas[0]?.id ?? "" };
}

/** The daemon dies right after traffic was switched. Gives back the new container's ID. */
export async function dieSwitched(app: App, image: string, settings: Options): Promise<string> {
  const on = (what: string) => {
    if (what === "routed") throw lost;
  };
  await expect(app.deploy(image, { ...settings, on })).rejects.toBe(lost);
  const mine = (await app.containers()).find((one) => one.deployment === settings.deployment);
  return mine?.id ?? "";
}
