/**
 * Push strategy `registry`: the local engine pushes the image to its registry, and the server is
 * told the digest to pull.
 *
 * @module
 */

import { z } from "zod";
import { EngineClient, engineAddress } from "../../../engine/client.ts";
import { definePlugin, type Plugin } from "../../../plugin.ts";
import { pushImage } from "./push.ts";

const plugin: Plugin = definePlugin({
  name: "push-registry",
  options: z.strictObject({}),
  strategies: { push: { registry: z.strictObject({}) } },
  setup: () => ({
    push: {
      registry: ({ image, login }, context) =>
        pushImage({ image, login }, new EngineClient(engineAddress(context.env)), context),
    },
  }),
});

export default plugin;
