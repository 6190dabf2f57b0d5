/**
 * The story of a deploy, where the command is typed: verify, resolve, build, push, deploy.
 * Everything before `build` only reads.
 *
 * @module
 */

import { newDeploymentId } from "../core/deployment-id.ts";
import { errorJson, fail, isHaloyError } from "../core/errors.ts";
import type { Stage } from "../core/events.ts";
import type { PushedImage, Release, ResolvedImage } from "../core/hooks.ts";
import type { RollbackTargetAnswer, StatusAnswer } from "../wire/routes.ts";
import { readTarget, writeTarget } from "../wire/target-config.ts";
import type { AppStatus, DeployResult, Plan, RollbackTarget } from "./api.ts";
import type { Opened } from "./opened.ts";
import { resolve, verify } from "./prepare.ts";
import type { Workspace } from "./run.ts";

/** Build, push and deploy. */
export async function deploy(opened: Opened, noWait: boolean): Promise<DeployResult> {
  const { session, workspace, host, server } = opened;
  const { config: target } = session;
  const began = performance.now();
  const deployment = newDeploymentId();
  try {
    const { image, env } = await findOut(opened);
    const { release, push } = await deliver(opened, image, deployment);
    const outcome = await stage(workspace, "deploy", `Deploy to ${server.url}`, () =>
      host.first("deploy", {
        release: { ...release, env },
        server,
        noWait,
        rollback: writeTarget(target, { image: { ...image, pushed: image.build !== null } }),
      }),
    );
    await host.all("done", { app: target.name, deployment });
    return {
      app: target.name,
      server: server.url,
      deployment,
      image: release.image,
      imageId: outcome.imageId,
      replicas: outcome.replicas,
      push,
      rolledBackTo: null,
      elapsedMs: Math.round(performance.now() - began),
    };
  } catch (error) {
    if (!workspace.signal.aborted) {
      const json = errorJson(error);
      await host.all("fail", { app: target.name, error: json });
    }
    throw error;
  }
}

/** Everything a deploy needs to know, found by reading only: a plan stops where a deploy would. */
async function findOut(opened: Opened): Promise<{ image: ResolvedImage; env: Release["env"] }> {
  const { session, host, workspace } = opened;
  await stage(workspace, "verify", "Check", () => verify(opened));
  const image = await stage(workspace, "resolve", "Resolve", () => resolve(opened));
  return { image, env: await session.values(session.config.env, ["env"], host, workspace) };
}

/** Bring an earlier release back; without an ID, the last good one. */
export async function rollback(
  opened: Opened,
  to: string | undefined,
  noWait: boolean,
): Promise<DeployResult> {
  const { session, workspace, host, server } = opened;
  const { name: app } = session.config;
  const began = performance.now();
  const wanted = await chooseRelease(opened, to);
  // The stored target is what was deployed then; its references are resolved anew.
  const { target, image, history } = readTarget(wanted.RawDeployConfig);
  const env = await session.values(target.env, ["env"], host, workspace);
  const deployment = newDeploymentId();
  const outcome = await stage(
    workspace,
    "deploy",
    `Roll back to ${wanted.DeploymentID} on ${server.url}`,
    () =>
      host.first("deploy", {
        release: { deployment, app, image, imageId: null, pushed: true, target, env, history },
        server,
        noWait,
        rolledBackFrom: wanted.DeploymentID,
      }),
  );
  return {
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

/** What {@link deploy} would do. */
export async function plan(opened: Opened): Promise<Plan> {
  const { session, server } = opened;
  const { config: target } = session;
  const { image } = await findOut(opened);
  const { build } = image;
  return {
    app: target.name,
    server: server.url,
    image: image.reference,
    build: build && {
      context: build.context,
      dockerfile: build.dockerfile,
      platform: build.platform,
    },
    push: image.push?.strategy ?? null,
    history: image.history.strategy,
    strategy: target.deploymentStrategy,
    replicas: target.replicas,
    domains: target.domains.flatMap(({ domain, aliases }) => [domain, ...aliases]),
    env: target.env.map(({ name }) => name),
    current: await status(opened).catch((error) => {
      if (isHaloyError(error) && error.code === "APP_NOT_FOUND") return null;
      throw error;
    }),
  };
}

/** What runs now. */
export async function status({ session, server, workspace }: Opened): Promise<AppStatus> {
  const { name: app } = session.config;
  const { signal } = workspace;
  const answer = await server.json<StatusAnswer>(`/v1/status/${app}`, { signal });
  return {
    app,
    state: answer.state,
    deployment: answer.deploymentId,
    image: answer.image ?? "",
    domains: answer.domains.map(({ domain, aliases }) => ({ domain, aliases: aliases ?? [] })),
    replicas: answer.replicas ?? [],
    latest: answer.latest ?? null,
  };
}

/** Releases to go back to, newest first. */
export async function rollbackTargets(opened: Opened): Promise<RollbackTarget[]> {
  return (await storedReleases(opened)).map((target) => ({
    deployment: target.DeploymentID,
    image: target.ImageRef,
    at: target.at ?? "",
    current: target.current ?? false,
    lastGood: target.lastGood ?? false,
  }));
}

async function storedReleases({
  session,
  server,
  workspace,
}: Opened): Promise<RollbackTargetAnswer[]> {
  const { signal } = workspace;
  const path = `/v1/rollback/${session.config.name}`;
  return (
    (await server.json<{ targets: RollbackTargetAnswer[] | null }>(path, { signal })).targets ?? []
  );
}

async function chooseRelease(
  opened: Opened,
  to: string | undefined,
): Promise<RollbackTargetAnswer> {
  const { name: app } = opened.session.config;
  const releases = await storedReleases(opened);
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

/** Build the image and bring it to the server, where it is ours to build. */
async function deliver(
  { host, server, session, workspace }: Opened,
  image: ResolvedImage,
  deployment: string,
): Promise<{ release: Omit<Release, "env">; push: PushedImage | null }> {
  const { config: target } = session;
  const app = target.name;
  const release = {
    deployment,
    app,
    image: image.reference,
    imageId: null,
    pushed: false,
    target,
    history: image.history,
  };
  if (!image.build || !image.push) return { release, push: null };
  const { push: choice } = image;
  const local = await stage(workspace, "build", `Build ${image.reference}`, () =>
    host.first("build", { app, image }),
  );
  const push = await stage(workspace, "push", `Push to ${server.url}`, () =>
    host.named("push", choice, { app, image: local, server }),
  );
  return {
    release: { ...release, image: push.reference, imageId: push.id, pushed: true },
    push,
  };
}

async function stage<Result>(
  { events, signal }: Workspace,
  name: Stage,
  label: string,
  work: () => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const began = performance.now();
  events.append({ type: "stage:start", stage: name, label });
  const result = await work();
  const elapsedMs = Math.round(performance.now() - began);
  events.append({ type: "stage:end", stage: name, elapsedMs });
  return result;
}
