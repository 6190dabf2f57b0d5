/**
 * The client's half of `deploy`: hand the release to haloyd and follow it to its end. The result
 * is what haloyd's record says, whatever becomes of the connection in between.
 *
 * @module
 */

import { z } from "zod";
import {
  definePlugin,
  type HookContext,
  type Input,
  type Plugin,
  Secret,
} from "../../../plugin.ts";
import type { DeployRequest, RollbackRequest } from "../../../wire/routes.ts";
import { writeTarget } from "../../../wire/target-config.ts";
import { cancelDeployment, follow } from "./follow.ts";

const plugin: Plugin = definePlugin({
  name: "deploy-haloyd",
  options: z.strictObject({}),
  setup: () => ({
    deploy: async (input, context) => {
      const { server, release } = input;
      if (!server) return null;
      const { signal } = context;
      try {
        await submit(input, context);
        return await follow(server, release.deployment, context);
      } catch (error) {
        if (signal.aborted) await cancelDeployment(server, release.deployment, context);
        throw error;
      }
    },
  }),
});

export default plugin;

async function submit(input: Input<"deploy">, { signal }: HookContext): Promise<void> {
  const { server, release, rollback, rolledBackFrom, noWait } = input;
  if (!server) return;
  const image = {
    reference: release.image,
    pullPolicy: release.target.image?.pullPolicy ?? "always",
    history: release.history,
    pushed: release.pushed,
  } as const;
  const config = writeTarget(release.target, { image, env: release.env, login: release.login });
  // A stock haloyd refuses fields it does not know.
  const ours = (await server.capabilities(signal)).has("deployments");
  const extra = ours
    ? {
        secretEnv: release.env.flatMap(({ name, value }) =>
          value instanceof Secret ? [name] : [],
        ),
        ...(noWait ? { noWait } : {}),
      }
    : {};
  if (rolledBackFrom !== undefined) {
    const body: RollbackRequest = {
      targetDeploymentID: rolledBackFrom,
      newDeploymentID: release.deployment,
      newTargetConfig: config,
      ...extra,
    };
    await server.request("/v1/rollback", { method: "POST", json: body, signal });
    return;
  }
  const body: DeployRequest = {
    deploymentID: release.deployment,
    targetConfig: config,
    rollbackDeployConfig: {
      ...((rollback as object | undefined) ?? writeTarget(release.target, { image })),
      ...(ours ? { unresolved: true } : {}),
    },
    ...(ours && release.imageId !== null ? { imageID: release.imageId } : {}),
    ...extra,
  };
  await server.request("/v1/deploy", { method: "POST", json: body, signal });
}
