/**
 * Starts the Docker Engines that tests run against, unless `HALOY_TEST_ENGINES` names some.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, type EngineKind, startEngine } from "../scripts/environment/engine.ts";
import { ensureBusybox, ensurePackages } from "../scripts/environment/packages.ts";

const KINDS: readonly EngineKind[] = ["20.10", "28-overlay2", "28-containerd"];

/** Start all engines at once; what it gives back stops them. */
export default async function setup(): Promise<() => Promise<void>> {
  // Tests name this Caddy, the oldest that we support, whatever else is on the PATH.
  await ensurePackages(["caddy"]);
  await ensureBusybox();
  if (process.env.HALOY_TEST_ENGINES) return async () => {};
  const dir = mkdtempSync(join(tmpdir(), "haloy-engines-"));
  const engines: [EngineKind, Engine][] = [];
  // One after the other: the first run installs packages.
  for (const [index, kind] of KINDS.entries()) {
    engines.push([kind, await startEngine(kind, { dir: join(dir, kind), index })]);
  }
  process.env.HALOY_TEST_ENGINES = engines
    .map(([kind, { host, dockerCli }]) => `${kind}=${host}=${dockerCli}`)
    .join(",");
  return async () => {
    await Promise.all(engines.map(([, engine]) => engine.stop()));
    rmSync(dir, { recursive: true, force: true });
  };
}
