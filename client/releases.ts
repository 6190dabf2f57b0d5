/**
 * What a server says about an app: what runs, and the releases of its history.
 *
 * @module
 */

import { isHaloyError } from "../core/errors.ts";
import type { RollbackTargetAnswer, StatusAnswer } from "../wire/routes.ts";
import type { AppStatus, RollbackTarget } from "./api.ts";
import { changesBetween } from "./changes.ts";
import type { Connected } from "./opened.ts";

/** What runs now. Throws `APP_NOT_FOUND`. */
export async function statusOf(open: Connected, signal: AbortSignal): Promise<AppStatus> {
  const { name, target, server } = open;
  const answer = await server.json<StatusAnswer>(`/v1/status/${target.name}`, { signal });
  return {
    target: name,
    app: target.name,
    state: answer.state,
    deployment: answer.deploymentId,
    image: answer.image ?? "",
    domains: answer.domains.map(({ domain, aliases }) => ({ domain, aliases: aliases ?? [] })),
    replicas: answer.replicas ?? [],
    latest: answer.latest ?? null,
  };
}

/** What runs now. Null: nothing, or the server does not know the app. */
export async function statusOrNull(
  open: Connected,
  signal: AbortSignal,
): Promise<AppStatus | null> {
  try {
    return await statusOf(open, signal);
  } catch (error) {
    if (isHaloyError(error) && error.code === "APP_NOT_FOUND") return null;
    throw error;
  }
}

/** The releases of a target's app as the server keeps them, newest first. */
export async function storedReleases(
  { target, server }: Connected,
  signal: AbortSignal,
): Promise<readonly RollbackTargetAnswer[]> {
  const path = `/v1/rollback/${target.name}`;
  const answer = await server.json<{ targets: RollbackTargetAnswer[] | null }>(path, { signal });
  return answer.targets ?? [];
}

/** Releases to go back to, newest first. */
export async function rollbackTargetsOf(
  open: Connected,
  signal: AbortSignal,
): Promise<readonly RollbackTarget[]> {
  const releases = await storedReleases(open, signal);
  const current = releases.find((release) => release.current);
  return releases.map((target) => ({
    deployment: target.DeploymentID,
    image: target.ImageRef,
    imageId: target.ImageID,
    changes: current ? changesBetween(current.RawDeployConfig, target.RawDeployConfig) : [],
    at: target.at ?? "",
    current: target.current ?? false,
    lastGood: target.lastGood ?? false,
  }));
}
