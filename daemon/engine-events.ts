/**
 * Hears from the engine when a container of ours starts or ends, however that came about: after
 * a crash or a restart of the engine it may have another address.
 *
 * @module
 */

import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineClient } from "../engine/client.ts";
import { LABELS } from "../engine/containers.ts";

/** Containers come and go in groups: one call for all that happens within this (milliseconds). */
const SETTLE_MS = 100;
const RECONNECT_MS = 2000;

/** Call `changed` after every change, until `signal` is aborted. Never rejects. */
export async function watchContainers(
  engine: EngineClient,
  changed: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const filters = JSON.stringify({
    type: ["container"],
    event: ["start", "die"],
    label: [LABELS.app],
  });
  let pending = false;
  const settle = async () => {
    if (pending) return;
    pending = true;
    await sleep(SETTLE_MS);
    pending = false;
    await changed();
  };
  while (!signal.aborted) {
    try {
      const events = await engine.stream("/events", { query: { filters }, signal });
      for await (const _line of createInterface({ input: events })) {
        void settle();
      }
    } catch {
      // The engine is away: the reconciliation every few seconds says so.
    }
    await sleep(RECONNECT_MS, undefined, { signal }).catch(() => {});
  }
}
