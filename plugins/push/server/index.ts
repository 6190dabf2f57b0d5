/**
 * Push strategy `server`: send the image's layers straight to haloyd, without a registry, and
 * only those that it lacks.
 *
 * @module
 */

import { z } from "zod";
import { EngineClient, engineAddress } from "../../../engine/client.ts";
import { definePlugin, type Plugin } from "../../../plugin.ts";
import { pushImage } from "./push.ts";
import { hashedSaveStream, saveStream } from "./save-stream.ts";

const plugin: Plugin = definePlugin({
  name: "push-server",
  options: z.strictObject({}),
  strategies: { push: { server: z.strictObject({}) } },
  setup: () => ({
    push: {
      async server({ image, server }, context) {
        const engine = new EngineClient(engineAddress(context.env));
        const sources = [saveStream(engine), hashedSaveStream(engine)];
        return await pushImage({ image, server }, sources, context);
      },
    },
  }),
});

export default plugin;
