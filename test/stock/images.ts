/**
 * Images in the test engines, by the name of the app they belong to.
 *
 * @module
 */

import { EngineClient, engineAddress } from "../../engine/client.ts";
import type { ImageSummary } from "../../engine/types.ts";
import { testEngines } from "../engines.ts";

/** Every tag `name:…` in an engine, with the image it names. */
export async function tagsOf(engine: EngineClient, name: string): Promise<Map<string, string>> {
  const query = { filters: JSON.stringify({ reference: [name] }) };
  const images = await engine.json<readonly ImageSummary[]>("/images/json", { query });
  const pairs = images.flatMap(({ Id, RepoTags }) =>
    (RepoTags ?? []).map((tag): [string, string] => [tag, Id]),
  );
  return new Map(pairs.filter(([tag]) => tag.startsWith(`${name}:`)));
}

/** Remove every tag `name:…` from all engines of the run. */
export async function removeTags(name: string): Promise<void> {
  for (const { host } of testEngines()) {
    const engine = new EngineClient(engineAddress({ DOCKER_HOST: host }));
    for (const tag of (await tagsOf(engine, name)).keys()) {
      await engine.call(`/images/${tag}`, {
        method: "DELETE",
        query: { force: true },
        expect: [404, 409],
      });
    }
  }
}
