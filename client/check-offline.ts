/**
 * What can be found wrong with a config without asking a server, a registry or a provider of
 * secrets.
 *
 * @module
 */

import { basename } from "node:path";
import type { LoadedConfig } from "../core/config/load.ts";
import type { Need } from "../core/config/resolve-env.ts";
import { findSource } from "../core/config/secret-sources.ts";
import { errorJson, fail, isHaloyError } from "../core/errors.ts";
import { resolveImage } from "./images.ts";
import { type Opened, type OpenTarget, open } from "./opened.ts";
import { Problems } from "./problems.ts";
import { startRun } from "./run.ts";
import { type Environment, Session } from "./session.ts";
import { allOf, needsOf, tokenNeed } from "./values.ts";

/**
 * Check what a deploy of all targets would refuse before it asks anybody: plugins and their
 * options, strategies and theirs, Dockerfiles and build contexts, providers of secrets, `.env`
 * files. Throws what is wrong, all of it at once.
 */
export async function checkOffline(
  loaded: LoadedConfig,
  { env, cwd, signal }: { readonly env: Environment; cwd: string; signal: AbortSignal },
): Promise<void> {
  const session = new Session(loaded, { env, cwd });
  const names = Object.keys(loaded.config.targets);
  const all = () => ({ names, leftOut: [], apps: [] });
  try {
    await startRun("plan", all, { signal }, async (workspace) => {
      const run = await open(session, workspace, names, { readOnly: true });
      const problems = new Problems(names.length);
      for (const target of run.targets) {
        await problems.collect(target.name, () => resolveImage(run, target));
        for (const error of unknownProviders(run, target)) problems.add([target.name], error);
      }
      problems.throwIfAny({
        code: "CONFIG_INVALID",
        action: `use ${basename(loaded.file)}`,
        hint: "A deploy would refuse them: correct all of them",
      });
    });
  } finally {
    await session.close();
  }
}

/** What is wrong with where a target's secrets come from. */
function unknownProviders({ session: { loaded, config } }: Opened, open: OpenTarget): unknown[] {
  const locate = (path: readonly (string | number)[]) => loaded.locate(path, open.name);
  const token = tokenNeed(open, locate);
  const needs = [...(token ? [token] : []), ...allOf(needsOf(open, open.target, locate))];
  return needs.flatMap((need) => {
    const reference = secretOf(need);
    if (reference === undefined) return [];
    const place = findSource(reference, need, config);
    if (isHaloyError(place)) return [place];
    try {
      open.host.owner("resolveSecret", place.provider);
      return [];
    } catch (error) {
      const json = errorJson(error);
      return [fail(json.code, { ...json, at: need.at, cause: error })];
    }
  });
}

function secretOf({ entry }: Need): string | undefined {
  return "from" in entry && "secret" in entry.from ? entry.from.secret : undefined;
}
