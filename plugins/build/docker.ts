/**
 * The built-in `build`: the docker command with BuildKit where there is one, else the engine's
 * own builder through its API.
 *
 * @module
 */

import { z } from "zod";
import { describeEngine, EngineClient, engineAddress } from "../../engine/client.ts";
import type { ImageInspect } from "../../engine/types.ts";
import {
  definePlugin,
  fail,
  type HookContext,
  isBuilt,
  type LocalImage,
  type Plugin,
} from "../../plugin.ts";
import { buildWithCommand, findDocker } from "./command.ts";
import { buildWithApi } from "./engine-api.ts";

const plugin: Plugin = definePlugin({
  name: "build-docker",
  options: z.strictObject({}),
  setup: () => ({
    verify: async ({ target }, context) => {
      if (isBuilt(target)) await new EngineClient(engineAddress(context.env)).apiVersion();
    },
    build: async ({ image }, context) => {
      if (!image.build) return null;
      const engine = new EngineClient(engineAddress(context.env));
      await engine.apiVersion();
      const docker = await findDocker(context);
      if (docker) await buildWithCommand(docker, image.build, image.reference, context);
      else await buildWithApi(engine, image.build, image.reference, context);
      return await inspect(engine, image.reference, context);
    },
  }),
});

export default plugin;

async function inspect(
  engine: EngineClient,
  reference: string,
  { signal }: HookContext,
): Promise<LocalImage> {
  const image = await engine.jsonOrNull<ImageInspect>(`/images/${encodeURI(reference)}/json`, {
    signal,
  });
  if (!image) {
    throw fail("BUILD_FAILED", {
      message: `Cannot find "${reference}" after the build in the Docker Engine at ${describeEngine(engine.address)}`,
      hint: "Does the docker command build somewhere else (docker context, docker buildx ls)?",
    });
  }
  return {
    reference,
    id: image.Id,
    diffIds: image.RootFS.Layers ?? [],
    platform: [image.Os, image.Architecture, image.Variant].filter(Boolean).join("/"),
  };
}
