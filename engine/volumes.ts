/**
 * Named volumes of apps. Haloy makes them and never removes one.
 *
 * @module
 */

import type { EngineClient } from "./client.ts";
import { LABELS } from "./containers.ts";

/** Make a volume for an app where there is none of that name. One that is there stays as it is. */
export async function ensureVolume(engine: EngineClient, app: string, name: string): Promise<void> {
  if (await engine.jsonOrNull(`/volumes/${name}`)) return;
  const json = { Name: name, Labels: { [LABELS.app]: app } };
  await engine.call("/volumes/create", { method: "POST", json });
}

/** Names of the volumes that were made for an app. */
export async function volumesOf(engine: EngineClient, app: string): Promise<string[]> {
  const query = { filters: JSON.stringify({ label: [`${LABELS.app}=${app}`] }) };
  const { Volumes } = await engine.json<{
    readonly Volumes: readonly { readonly Name: string }[] | null;
  }>("/volumes", { query });
  return (Volumes ?? []).map(({ Name }) => Name).sort();
}
