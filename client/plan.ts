/**
 * What a deploy would do, found out by reading only.
 *
 * @module
 */

import type { ReleaseRecord } from "../core/hooks.ts";
import type { RollbackTargetAnswer } from "../wire/routes.ts";
import type { ByTarget, Plan, PlannedBuild, PlannedPush, TargetPlan } from "./api.ts";
import { type Build, buildsOf, type Push } from "./builds.ts";
import { changesOf } from "./changes.ts";
import type { Opened } from "./opened.ts";
import { answersOf, forEachTarget } from "./outcomes.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { statusOrNull, storedReleases } from "./releases.ts";

/** Stands for the release that the deploy would leave behind. */
const NEW = "(new)";

/**
 * What a deploy would do. Throws what a deploy finds wrong before its first change; what only
 * shows when commands run, images are built or containers start, no plan knows.
 */
export async function plan(run: Opened): Promise<Plan> {
  const { session, workspace } = run;
  const prepared = await prepare(run);
  const builds = buildsOf(prepared);
  const direct = new Set(
    builds.flatMap(({ pushes }) =>
      pushes.flatMap((push) => (push.direct ? push.targets.map(({ name }) => name) : [])),
    ),
  );
  const targets = await forEachTarget(prepared, workspace.signal, (target) =>
    planTarget(target, direct.has(target.name), workspace.signal),
  );
  return {
    targets: answersOf(targets, { action: "plan", done: "Planned" }) as ByTarget<
      string,
      TargetPlan
    >,
    builds: builds.map(planBuild),
    pushes: builds.flatMap((build) => build.pushes.map((push) => planPush(build, push))),
    globalPreDeploy: session.config.globalPreDeploy,
    globalPostDeploy: session.config.globalPostDeploy,
  };
}

async function planTarget(
  open: Prepared,
  pushed: boolean,
  signal: AbortSignal,
): Promise<TargetPlan> {
  const { name, target, server, image } = open;
  const current = await statusOrNull(open, signal);
  const releases = await storedReleases(open, signal);
  const running = releases.find((release) => release.current);
  const retention = await retain(open, releases);
  return {
    target: name,
    app: target.name,
    server: server.url,
    image: image.reference,
    source: image.build ? "build" : "pull",
    pullPolicy: image.pullPolicy,
    push: image.push?.strategy ?? null,
    history: image.history.strategy,
    strategy: target.deploymentStrategy,
    preDeploy: target.preDeploy,
    postDeploy: target.postDeploy,
    changes: running ? changesOf(running.RawDeployConfig, target, image, pushed) : [],
    starts: target.replicas,
    stops: current?.replicas.map((replica) => replica.name) ?? [],
    keeps: retention?.keeps ?? null,
    removes: retention?.removes ?? null,
    current,
  };
}

/** What the history strategy would do with the new release there. Null: only the server has it. */
async function retain(
  { host, target, image: { history, reference } }: Prepared,
  stored: readonly RollbackTargetAnswer[],
): Promise<{ keeps: string[]; removes: string[] } | null> {
  if (!host.strategies("retain").includes(history.strategy)) return null;
  const [newest] = stored;
  const releases: ReleaseRecord[] = [
    {
      deployment: NEW,
      sequence: stored.length + 1,
      image: reference,
      imageId: "",
      current: true,
      lastGood: false,
    },
    ...stored.map((release, index) => ({
      deployment: release.DeploymentID,
      sequence: stored.length - index,
      image: release.ImageRef,
      imageId: release.ImageID,
      current: false,
      // With a new release there, the way back leads to the newest of the others.
      lastGood: release === newest,
    })),
  ];
  const { keep, remove } = await host.named("retain", history, { app: target.name, releases });
  const order = stored.map(({ DeploymentID }) => DeploymentID);
  return {
    keeps: order.filter((id) => keep.includes(id)),
    removes: order.filter((id) => remove.includes(id) && !keep.includes(id)),
  };
}

function planBuild({ image, request, targets }: Build): PlannedBuild {
  const { context, dockerfile, platforms, stage, args, secrets } = request;
  return {
    image: image.reference,
    context,
    dockerfile,
    platforms,
    stage,
    args: args.map(({ name }) => name),
    secrets: secrets.map(({ name }) => name),
    targets: targets.map(({ name }) => name),
  };
}

function planPush({ image }: Build, { choice, to, targets }: Push): PlannedPush {
  return {
    image: image.reference,
    strategy: choice.strategy,
    to,
    targets: targets.map(({ name }) => name),
  };
}
