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
import { checkBuilder, isOrdinary } from "./builder.ts";
import { buildWithCommand } from "./command.ts";
import { buildWithApi } from "./engine-api.ts";
import { findDocker } from "./find-docker.ts";

const plugin: Plugin = definePlugin({
  name: "build-docker",
  options: z.strictObject({}),
  setup: () => ({
    verify: async ({ target }, context) => {
      if (!isBuilt(target)) return;
      const engine = new EngineClient(engineAddress(context.env));
      await engine.apiVersion();
      const wishes = target.image?.buildConfig;
      if (!wishes || isOrdinary(wishes)) return;
      await checkBuilder(wishes, await findDocker(context), engine, context.signal);
    },
    build: async ({ image }, context) => {
      if (!image.build) return null;
      const engine = new EngineClient(engineAddress(context.env));
      await engine.apiVersion();
      const docker = await findDocker(context);
      await checkBuilder(image.build, docker, engine, context.signal);
      if (docker) await buildWithCommand(docker, image.build, image.reference, context);
      else await buildWithApi(engine, image.build, image.reference, context);
      return await describe(engine, image.reference, image.build.platforms, context);
    },
  }),
});

export default plugin;

/** The image as the engine has it; of several platforms, the first one's layers. */
async function describe(
  engine: EngineClient,
  reference: string,
  platforms: readonly string[],
  { signal }: HookContext,
): Promise<LocalImage> {
  const path = `/images/${encodeURI(reference)}/json`;
  const whole = await engine.jsonOrNull<ImageInspect>(path, { signal });
  if (!whole) {
    throw fail("BUILD_FAILED", {
      message: `Cannot find "${reference}" after the build in the Docker Engine at ${describeEngine(engine.address)}`,
      hint: "Does the docker command build somewhere else (docker context, docker buildx ls)?",
    });
  }
  const several = platforms.length > 1;
  const minor = Number((await engine.apiVersion()).split(".")[1]);
  const [os, architecture, variant] = platforms[0]?.split("/") ?? [];
  const query = { platform: JSON.stringify({ os, architecture, variant }) };
  // Before 1.49 the engine tells of one platform only: its own where it has that.
  const first =
    several && minor >= 49
      ? await engine.jsonOrNull<ImageInspect>(path, { query, signal })
      : undefined;
  const { Os, Architecture, Variant, RootFS } = first ?? whole;
  const platform = [Os, Architecture, Variant].filter(Boolean).join("/");
  return {
    reference,
    id: whole.Id,
    diffIds: RootFS.Layers ?? [],
    platform,
    platforms: several ? platforms : [platform],
  };
}
