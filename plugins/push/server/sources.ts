/**
 * The ways to read an image, fastest first. The last two work everywhere.
 *
 * @module
 */

import type { EngineClient } from "../../../engine/client.ts";
import { contentStore } from "./content-store.ts";
import { overlay2 } from "./overlay2.ts";
import { hashedSaveStream, saveStream } from "./save-stream.ts";
import type { LayerSource } from "./source.ts";

/** Every source of an engine's images, in the order to try them. */
export function layerSources(engine: EngineClient): readonly LayerSource[] {
  return [directory(engine), saveStream(engine), hashedSaveStream(engine)];
}

/** Whichever of the engine's directories this is: at most one gives something. */
function directory(engine: EngineClient): LayerSource {
  return {
    name: "the engine's directory",
    async *read(wanted) {
      yield* overlay2(engine).read(wanted);
      yield* contentStore(engine).read(wanted);
    },
  };
}
