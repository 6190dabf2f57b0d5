/**
 * Deploys to a real haloyd through its HTTP API, as a client would after it resolved everything.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineClient } from "../../engine/client.ts";
import { logLines } from "../../engine/log-stream.ts";
import type { PullPolicy, RegistryLogin } from "../../plugin.ts";
import type { DeploymentAnswer, RollbackTargetAnswer } from "../../wire/routes.ts";
import { readTarget, writeTarget } from "../../wire/target-config.ts";
import type { TestServer } from "../e2e/server.ts";

/** What to deploy. */
export interface DeployOptions {
  readonly pullPolicy?: PullPolicy;
  readonly login?: RegistryLogin | null;
  /** The image was sent to the server itself. */
  readonly pushed?: boolean;
  readonly history?: { readonly strategy: string; readonly count?: number };
  /** Asked for by the client: the record for a rollback. Default: what is deployed. */
  readonly rollbackDeployConfig?: unknown;
}

/** One app on one haloyd. */
export class DeployedApp {
  readonly name: string = `pull-${randomBytes(4).toString("hex")}`;
  readonly server: TestServer;

  constructor(server: TestServer) {
    this.server = server;
  }

  /** Deploy an image, and wait for the end. */
  async deploy(reference: string, options: DeployOptions = {}): Promise<DeploymentAnswer> {
    const deploymentID = randomBytes(8).toString("hex");
    const { rollbackDeployConfig } = options;
    const targetConfig = this.config(reference, options);
    const json = { deploymentID, targetConfig, rollbackDeployConfig, secretEnv: [] };
    return await this.#start("/v1/deploy", json, deploymentID);
  }

  /** Bring a release back with what `GET /v1/rollback` says of it. */
  async rollback(target: RollbackTargetAnswer): Promise<DeploymentAnswer> {
    const newDeploymentID = randomBytes(8).toString("hex");
    const json = {
      targetDeploymentID: target.DeploymentID,
      newDeploymentID,
      newTargetConfig: target.RawDeployConfig,
    };
    return await this.#start("/v1/rollback", json, newDeploymentID);
  }

  async rollbackTargets(): Promise<readonly RollbackTargetAnswer[]> {
    const accept = { accept: "application/json" };
    const response = await this.fetch(`/v1/rollback/${this.name}`, { headers: accept });
    return ((await response.json()) as { targets: RollbackTargetAnswer[] }).targets;
  }

  /** A `targetConfig`, for a worker. */
  config(reference: string, options: DeployOptions): object {
    const { pullPolicy = "always", login = null, pushed = false } = options;
    const { history = { strategy: "local", count: 3 } } = options;
    const { target } = readTarget({ name: this.name, image: { repository: reference } });
    const image = { reference, pullPolicy, history, pushed };
    return writeTarget(target, { image, env: [], login });
  }

  /** What the app's containers print, and which image they run. */
  async runs(): Promise<{ readonly said: string; readonly imageId: string }> {
    const status = await this.fetch(`/v1/status/${this.name}`);
    const { containerIds } = (await status.json()) as { containerIds: string[] };
    const [id = ""] = containerIds;
    const { engine } = this.server;
    const { Image } = await engine.json<{ Image: string }>(`/containers/${id}/json`);
    const logs = await engine.stream(`/containers/${id}/logs`, { query: { stdout: true } });
    let said = "";
    for await (const line of logLines(logs, false)) said += line;
    return { said, imageId: Image };
  }

  /** Events of a deployment, as a client reads them. */
  async events(deployment: string): Promise<string> {
    return await (await this.fetch(`/v1/deployments/${deployment}/events`)).text();
  }

  /** Ask haloyd. Throws with what it says when that is an error. */
  async fetch(path: string, options: RequestInit = {}): Promise<Response> {
    const { url, token } = this.server.haloyd;
    const headers = { authorization: `Bearer ${token}`, ...options.headers };
    const response = await fetch(`${url}${path}`, { ...options, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  /** Remove its containers and all its images. */
  async remove(): Promise<void> {
    const body = JSON.stringify({});
    const headers = { "content-type": "application/json" };
    const path = `/v1/stop/${this.name}?remove-containers=true`;
    await this.fetch(path, { method: "POST", headers, body }).catch(() => {});
    for (const image of await imagesNamed(this.server.engine, this.name)) {
      const query = { force: true };
      const options = { method: "DELETE", query, expect: [404, 409] } as const;
      await this.server.engine.call(`/images/${image}`, options);
    }
  }

  async #start(path: string, json: unknown, id: string): Promise<DeploymentAnswer> {
    const headers = { "content-type": "application/json" };
    await this.fetch(path, { method: "POST", headers, body: JSON.stringify(json) });
    for (;;) {
      const answer = await this.fetch(`/v1/deployments/${id}`);
      const record = (await answer.json()) as DeploymentAnswer;
      if (["succeeded", "failed", "cancelled"].includes(record.state)) return record;
      await sleep(50);
    }
  }
}

/** All tags of a repository in an engine. */
export async function imagesNamed(engine: EngineClient, repository: string): Promise<string[]> {
  const query = { filters: JSON.stringify({ reference: [repository] }) };
  const images = await engine.json<{ RepoTags: string[] | null }[]>("/images/json", { query });
  return images.flatMap(({ RepoTags }) => RepoTags ?? []);
}
