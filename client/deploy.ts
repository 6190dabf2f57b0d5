/**
 * The story of a deploy, where the command is typed: find everything out, commands before, build
 * and push, deploy, commands after. Nothing is changed before everything is found out, and nothing
 * is deployed before every image is where it should be.
 *
 * @module
 */

import { newDeploymentId } from "../core/deployment-id.ts";
import { errorJson, fail, isHaloyError } from "../core/errors.ts";
import { writeTarget } from "../wire/target-config.ts";
import type { ByTarget, DeployResult } from "./api.ts";
import { buildsOf } from "./builds.ts";
import { type Ended, type Job, runAfter, runBefore } from "./commands.ts";
import { type Delivered, deliver } from "./deliver.ts";
import type { Opened } from "./opened.ts";
import {
  answersOf,
  cancelledAfter,
  detailsOf,
  failureOf,
  forEachTarget,
  succeededIn,
  type Words,
} from "./outcomes.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { stage } from "./stage.ts";

/** How a deploy of several targets is told. */
const WORDS: Words<DeployResult> = {
  action: "deploy",
  done: "Deployed",
  code: "DEPLOYMENT_FAILED",
  describe: ({ deployment }) => deployment,
};

/** Build, push and deploy. */
export async function deploy(
  run: Opened,
  { noWait }: { readonly noWait: boolean },
): Promise<ByTarget<string, DeployResult>> {
  const began = performance.now();
  const { signal } = run.workspace;
  let prepared: readonly Prepared[];
  try {
    prepared = await prepare(run);
  } catch (error) {
    if (!signal.aborted) await tellAll(run, error);
    throw error;
  }
  const jobs = prepared.map((target): Job => ({ ...target, deployment: newDeploymentId() }));
  const begun: Job[] = [];
  let ended: readonly Job[] = begun;
  let delivered: ReadonlyMap<string, Delivered>;
  try {
    await runBefore(run, jobs, (job) => begun.push(job));
    ended = jobs;
    delivered = await deliver(run, buildsOf(jobs), jobs.length);
  } catch (error) {
    signal.throwIfAborted();
    await tellAll(run, error);
    const outcomes = new Map(jobs.map(({ name }) => [name, { succeeded: false, error }] as const));
    await after(run, { jobs, ended, outcomes, failure: error });
    throw error;
  }
  const work = async (job: Job): Promise<DeployResult> => {
    try {
      const options = { noWait, began, delivered: delivered.get(job.name) };
      const result = await deployOne(run, job, options);
      await job.host.all("done", { app: job.target.name, deployment: job.deployment });
      return result;
    } catch (error) {
      if (!signal.aborted) {
        await job.host.all("fail", { app: job.target.name, error: errorJson(error) });
      }
      throw error;
    }
  };
  const outcomes = await forEachTarget(jobs, signal, work, WORDS);
  await after(run, { jobs, ended, outcomes, failure: failureOf(outcomes, WORDS) });
  return answersOf(outcomes, WORDS);
}

async function deployOne(
  { workspace: { signal } }: Opened,
  { name, target, image, env, server, host, events, deployment }: Job,
  {
    noWait,
    began,
    delivered,
  }: { noWait: boolean; began: number; delivered: Delivered | undefined },
): Promise<DeployResult> {
  const { push = null, direct: pushed = false } = delivered ?? {};
  const release = {
    deployment,
    app: target.name,
    image: push?.reference ?? image.reference,
    imageId: push?.id ?? null,
    pushed,
    login: image.login,
    target,
    env,
    history: image.history,
  };
  const outcome = await stage({ events, signal }, "deploy", `Deploy to ${server.url}`, () =>
    host.first("deploy", {
      release,
      server,
      noWait,
      rollback: writeTarget(target, { image: { ...image, pushed } }),
    }),
  );
  return {
    target: name,
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
}

/**
 * Run the commands after a deploy.
 *
 * @throws what they throw, saying what became of the deployment itself; `failure` is what went
 *   wrong with that, and keeps its code.
 */
async function after(
  run: Opened,
  { failure, ...ended }: Ended<DeployResult> & { readonly failure: unknown },
): Promise<void> {
  const { signal } = run.workspace;
  const { outcomes } = ended;
  try {
    await runAfter(run, ended);
  } catch (error) {
    if (signal.aborted) throw cancelledAfter(signal, outcomes, WORDS);
    if (!isHaloyError(error)) throw error;
    const json = isHaloyError(failure) ? failure.toJSON() : null;
    if (json) {
      throw fail(json.code, {
        ...json,
        message: `${json.message}\n${error.message}`,
        cause: failure,
      });
    }
    if (failure !== null) throw failure;
    throw fail(error.code, {
      ...error.toJSON(),
      message: `${error.message}\nThe deployment itself succeeded: ${succeededIn(outcomes, WORDS)}`,
      details: { ...Object(error.details), ...detailsOf(outcomes) },
      cause: error,
    });
  }
}

async function tellAll({ targets }: Opened, error: unknown): Promise<void> {
  for (const { host, target } of targets) {
    await host.all("fail", { app: target.name, error: errorJson(error) });
  }
}
