/**
 * Engine `docker`: runs a release on the server's Docker Engine, rolling or replacing.
 *
 * @module
 */

import { z } from "zod";
import { EngineClient, engineAddress } from "../../../engine/client.ts";
import { type DeploymentHost, definePlugin, type Plugin } from "../../../plugin.ts";
import type { Deployment } from "./deployment.ts";
import { finish, undo } from "./recovery.ts";
import { run } from "./run.ts";

const options = z.strictObject({
  healthTimeoutSeconds: z
    .number()
    .positive()
    .max(3600)
    .default(60)
    .describe("How long a container may take to become healthy"),
});

const plugin: Plugin = definePlugin({
  name: "deploy-docker",
  options,
  setup: ({ healthTimeoutSeconds }) => ({
    async deploy({ release, host }, { signal, env }) {
      // Without a host this is the client's half, which another plugin does.
      if (!host) return null;
      const engine = new EngineClient(engineAddress(env));
      const log = quiet(host);
      const deployment: Deployment = { release, host, log, engine, healthTimeoutSeconds };
      if (host.mode === "undo") return await undo(deployment);
      if (host.mode === "finish") return await finish(deployment);
      return await run(deployment, signal);
    },
  }),
});
export default plugin;

/** A line that cannot be written must not stop a deployment, least of all its way back. */
function quiet(host: DeploymentHost): DeploymentHost["log"] {
  return (level, message) => {
    try {
      host.log(level, message);
    } catch {
      // Whoever keeps the log knows better than we what to do about it.
    }
  };
}
