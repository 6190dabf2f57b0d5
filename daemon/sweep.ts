/**
 * Removes containers that no deployment answers for any more: what was left when removing an old
 * version failed, or when haloyd died in between.
 *
 * @module
 */

import type { EngineClient } from "../engine/client.ts";
import { type AppContainer, stopAndRemoveContainer } from "../engine/containers.ts";
import type { Deployer } from "./deployer.ts";
import { FINAL_STATES, type Journal } from "./journal.ts";
import type { Releases } from "./releases.ts";

/** What {@link sweep} needs. */
export interface SweepOptions {
  readonly journal: Journal;
  readonly releases: Releases;
  readonly deployer: Deployer;
  readonly engine: EngineClient;
}

/**
 * Remove containers of known deployments that have ended and do not serve. An app with a
 * deployment under way, or whose current version does not run, is left alone.
 */
export async function sweep(
  containers: readonly AppContainer[],
  { journal, releases, deployer, engine }: SweepOptions,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const { id, name, app, deployment } of containers) {
    const current = releases.current(app);
    if (deployment === current || deployer.isBusy(app)) continue;
    const state = journal.find(deployment)?.state;
    // Not ours, or not ended: whoever made it takes care of it.
    if (!state || !FINAL_STATES.has(state)) continue;
    const serves = containers.some(
      (other) => other.app === app && other.deployment === current && other.state === "running",
    );
    if (!serves) continue;
    await stopAndRemoveContainer(engine, id);
    removed.push(name);
  }
  return removed;
}
