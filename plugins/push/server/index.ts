/**
 * Push strategy `server`: send the image's layers straight to haloyd, without a registry, and
 * only those that it lacks.
 *
 * @module
 */

import { z } from "zod";
import { EngineClient, engineAddress } from "../../../engine/client.ts";
import { definePlugin, type Plugin } from "../../../plugin.ts";
import { forServer } from "./platform.ts";
import { pushImage } from "./push.ts";
import { layerSources } from "./sources.ts";

const plugin: Plugin = definePlugin({
  name: "push-server",
  options: z.strictObject({}),
  strategies: { push: { server: z.strictObject({}) } },
  setup: () => ({
    push: {
      async server({ image, server }, context) {
        const engine = new EngineClient(engineAddress(context.env));
        const wanted = await forServer(engine, image, server, context);
        return await pushImage({ image: wanted, server }, layerSources(engine), context);
      },
    },
  }),
});

export default plugin;
