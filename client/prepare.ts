/**
 * What a deploy and a plan find out before anything changes. All problems of all targets are told
 * at once.
 *
 * @module
 */

import type { ResolvedValue } from "../core/config/resolve-env.ts";
import { fail } from "../core/errors.ts";
import type { ResolvedImage } from "../core/hooks.ts";
import { Secret } from "../core/secret.ts";
import type { Target } from "../core/target.ts";
import { capabilitiesFor } from "../wire/target-config.ts";
import { refuseSharedTags } from "./builds.ts";
import { connectWith, tokenNeeds } from "./connect-targets.ts";
import { checkHistory, checkPlatform, resolveImage, withValues } from "./images.ts";
import type { Connected, Opened } from "./opened.ts";
import { forEachTarget } from "./outcomes.ts";
import { Problems } from "./problems.ts";
import { clashesOf } from "./same-place.ts";
import { stage } from "./stage.ts";
import {
  allOf,
  findValues,
  maskWritten,
  needsOf,
  type TargetNeeds,
  variablesOf,
} from "./values.ts";

/** A target of which everything is known. */
export interface Prepared extends Connected {
  readonly image: ResolvedImage;
  /** Variables of its containers. */
  readonly env: readonly ResolvedValue[];
}

/** Find out everything about a run's targets. Throws what is wrong, all of it at once. */
export async function prepare(run: Opened): Promise<Prepared[]> {
  const { workspace, targets, session } = run;
  const problems = new Problems(targets.length);
  const needs = new Map<string, TargetNeeds>();
  for (const open of targets) {
    const locate = (path: readonly (string | number)[]) => session.loaded.locate(path, open.name);
    const wanted = needsOf(open, open.target, locate);
    maskWritten(workspace.masker, wanted);
    needs.set(open.name, wanted);
  }
  const check = async () => {
    const tokens = tokenNeeds(run);
    const wanted = [...needs.values()].flatMap(allOf);
    const values = await findValues(run, [...tokens.values(), ...wanted], problems);
    const connected = await connectWith(run, tokens, values, problems);
    for (const { targets, error } of clashesOf(connected, session.loaded.locate)) {
      problems.add(targets, error);
    }
    await forEachTarget(connected, workspace.signal, async (open) => {
      for (const error of await verify(open, workspace.signal)) problems.add([open.name], error);
    });
    return { values, connected };
  };
  const well = () => problems.none;
  const { values, connected } = await stage(workspace, "verify", "Check", check, well);
  return await stage(workspace, "resolve", "Resolve", async () => {
    const images = new Map<string, ResolvedImage>();
    for (const open of targets) {
      const image = await problems.collect(open.name, () => resolveImage(run, open));
      if (image) images.set(open.name, image);
    }
    await forEachTarget(connected, workspace.signal, async ({ name, server }) => {
      const image = images.get(name);
      if (!image) return;
      await problems.collect(name, () => checkHistory(run, name, image.history, server));
      await problems.collect(name, () => checkPlatform(run, name, image, server));
    });
    const prepared: Prepared[] = [];
    for (const open of connected) {
      const [image, wanted] = [images.get(open.name), needs.get(open.name)];
      if (!image || !wanted) continue;
      const env = await problems.collect(open.name, async () => variablesOf(wanted, values));
      if (!env) continue;
      for (const { value } of env) if (value instanceof Secret) workspace.masker.add(value);
      prepared.push({ ...open, env, image: withValues(image, open, wanted, values, env) });
    }
    problems.throwIfAny();
    refuseSharedTags(prepared);
    return prepared;
  });
}

/** Ask everybody whether the deploy of a target can work. Gives back what is wrong. */
async function verify(open: Connected, signal: AbortSignal): Promise<unknown[]> {
  const { host, target, server } = open;
  const errors = await host.all("verify", { target, server });
  // Reaching the server is everybody's need, so the core asks itself.
  await checkServer(open, target, signal).catch((error) => errors.push(error));
  return errors;
}

/** @throws `DAEMON_OUTDATED` when the server's haloyd lacks what `target` needs. */
export async function checkServer(
  { server }: Pick<Connected, "server">,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const known = await server.capabilities(signal);
  const needed = ["deployments", "layer-parts", ...capabilitiesFor(target)];
  const missing = needed.filter((capability) => !known.has(capability));
  if (missing.length === 0) return;
  throw fail("DAEMON_OUTDATED", {
    message: `Cannot use the haloyd at ${server.url}: it cannot do ${missing.join(" and ")}`,
    hint: "Update haloyd on the server",
  });
}
