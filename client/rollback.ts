/**
 * Bringing earlier releases back. A stored release says what was deployed then; its references
 * are resolved anew, for all targets before anything changes.
 *
 * @module
 */

import type { ResolvedValue } from "../core/config/resolve-env.ts";
import { newDeploymentId } from "../core/deployment-id.ts";
import { fail, type Location } from "../core/errors.ts";
import type { RegistryLogin } from "../core/hooks.ts";
import { Secret } from "../core/secret.ts";
import type { RollbackTargetAnswer } from "../wire/routes.ts";
import { type ReceivedTarget, readTarget } from "../wire/target-config.ts";
import type { ByTarget, DeployResult } from "./api.ts";
import { connectAll } from "./connect-targets.ts";
import type { Connected, Opened } from "./opened.ts";
import { answersOf, forEachTarget, type Words } from "./outcomes.ts";
import { checkServer } from "./prepare.ts";
import { Problems } from "./problems.ts";
import { storedReleases } from "./releases.ts";
import { stage } from "./stage.ts";
import {
  allOf,
  findValues,
  loginOf,
  maskWritten,
  needsOf,
  type TargetNeeds,
  variablesOf,
} from "./values.ts";

/** History strategies whose images are on the server: going back needs no registry. */
const ON_SERVER: ReadonlySet<string> = new Set(["local"]);

/** How a rollback of several targets is told. */
const WORDS: Words<DeployResult> = {
  action: "roll back",
  done: "Rolled back",
  code: "DEPLOYMENT_FAILED",
  describe: ({ deployment }) => deployment,
};

/** A target and the release it goes back to. */
interface Found extends Connected {
  readonly wanted: RollbackTargetAnswer;
  readonly stored: ReceivedTarget;
  readonly needs: TargetNeeds;
}

/** The same with all values. */
interface Ready extends Found {
  readonly env: readonly ResolvedValue[];
  readonly login: RegistryLogin | null;
}

/** Bring earlier releases back; without an ID, the last good ones. */
export async function rollback(
  run: Opened,
  { to, noWait }: { readonly to: string | undefined; readonly noWait: boolean },
): Promise<ByTarget<string, DeployResult>> {
  const began = performance.now();
  const { signal } = run.workspace;
  if (to !== undefined && run.targets.length > 1) {
    throw fail("USAGE_INVALID", {
      message: `Cannot roll ${run.targets.length} targets back to "${to}": a release belongs to one target`,
      hint: "Choose one target, or leave the ID out to go back to the last good release of each",
    });
  }
  const ready = await prepare(run, to);
  const work = (one: Ready) => bringBack(one, { noWait, began, signal });
  return answersOf(await forEachTarget(ready, signal, work, WORDS), WORDS);
}

/** Find the releases and everything they need. */
async function prepare(run: Opened, to: string | undefined): Promise<Ready[]> {
  const { workspace, targets } = run;
  const connected = await connectAll(run);
  const problems = new Problems(targets.length);
  const found = new Map<string, Found>();
  await forEachTarget(connected, workspace.signal, async (open) => {
    const one = await problems.collect(open.name, async () => {
      const wanted = await chooseRelease(open, to, workspace.signal);
      const stored = readTarget(wanted.RawDeployConfig);
      await checkServer(open, stored.target, workspace.signal);
      const all = needsOf(open, stored.target, placeOf(run, open, stored));
      maskWritten(workspace.masker, all);
      const needs = ON_SERVER.has(stored.history.strategy) ? { ...all, login: [] } : all;
      return { ...open, wanted, stored, needs };
    });
    if (one) found.set(open.name, one);
  });
  const all = targets.flatMap(({ name }) => found.get(name) ?? []);
  const values = await findValues(
    run,
    all.flatMap(({ needs }) => allOf(needs)),
    problems,
  );
  const ready: Ready[] = [];
  for (const one of all) {
    const { needs, stored, name } = one;
    const env = await problems.collect(name, async () => variablesOf(needs, values));
    if (!env) continue;
    for (const { value } of env) if (value instanceof Secret) workspace.masker.add(value);
    ready.push({ ...one, env, login: loginOf(needs, values, stored.target, stored.image) });
  }
  problems.throwIfAny();
  return ready;
}

/** Where the config has what a stored release has: a variable by its name. */
function placeOf(
  { session: { loaded } }: Opened,
  { name, target }: Connected,
  stored: ReceivedTarget,
): (path: readonly (string | number)[]) => Location | undefined {
  return ([first, index, ...rest]) => {
    if (first !== "env") return undefined;
    const variable = stored.target.env[Number(index)]?.name;
    const now = target.env.findIndex((entry) => entry.name === variable);
    return now < 0 ? undefined : loaded.locate([first, now, ...rest], name);
  };
}

async function bringBack(
  { name, target: { name: app }, server, host, events, wanted, stored, env, login }: Ready,
  { noWait, began, signal }: { noWait: boolean; began: number; signal: AbortSignal },
): Promise<DeployResult> {
  const deployment = newDeploymentId();
  const { target, image, history, pushed } = stored;
  const release = { deployment, app, image, imageId: null, pushed, login, target, env, history };
  const label = `Roll back to ${wanted.DeploymentID} on ${server.url}`;
  const outcome = await stage({ events, signal }, "deploy", label, () =>
    host.first("deploy", { release, server, noWait, rolledBackFrom: wanted.DeploymentID }),
  );
  return {
    target: name,
    app,
    server: server.url,
    deployment,
    image: wanted.ImageRef,
    imageId: outcome.imageId,
    replicas: outcome.replicas,
    push: null,
    rolledBackTo: wanted.DeploymentID,
    elapsedMs: Math.round(performance.now() - began),
  };
}

/** @throws `ROLLBACK_TARGET_NOT_FOUND`, and `ROLLBACK_UNAVAILABLE` when there is no last good one. */
async function chooseRelease(
  open: Connected,
  to: string | undefined,
  signal: AbortSignal,
): Promise<RollbackTargetAnswer> {
  const { name: app } = open.target;
  const releases = await storedReleases(open, signal);
  const wanted = releases.find(({ DeploymentID, lastGood }) =>
    to === undefined ? lastGood : DeploymentID === to,
  );
  if (wanted) return wanted;
  if (to !== undefined) {
    const known = releases.map(({ DeploymentID }) => DeploymentID);
    throw fail("ROLLBACK_TARGET_NOT_FOUND", {
      message: `Cannot roll "${app}" back to "${to}": it is not in the history`,
      hint: known.length > 0 ? `Releases there are: ${known.join(", ")}` : "The history is empty",
    });
  }
  throw fail("ROLLBACK_UNAVAILABLE", {
    message: `Cannot roll "${app}" back: there is no release before the current one`,
    hint: `"haloy rollback-targets" lists what is kept; "history" in the config says how many`,
  });
}
