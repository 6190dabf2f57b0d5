/**
 * Runs deployments: one queue per app, every step written down before it begins, and after a
 * crash each open deployment brought to the old or to the new version.
 *
 * @module
 */

import { errorJson, fail, isHaloyError } from "../core/errors.ts";
import { EventLog, type LogLevel } from "../core/events.ts";
import type { DeploymentHost, DeployOutcome, Release } from "../core/hooks.ts";
import { PluginHost, type Running } from "../core/host.ts";
import { Masker, Secret } from "../core/secret.ts";
import type { EngineClient } from "../engine/client.ts";
import { inspectImage, prepareImage, releaseTag, removeReleaseImage } from "./images.ts";
import {
  type DeploymentRecord,
  FINAL_STATES,
  type Journal,
  type NewDeployment,
} from "./journal.ts";
import type { LayerStore } from "./layers/store.ts";
import type { Releases } from "./releases.ts";
import type { Traffic } from "./traffic.ts";

/** What {@link Deployer} needs. */
export interface DeployerOptions {
  readonly journal: Journal;
  readonly releases: Releases;
  readonly engine: EngineClient;
  readonly traffic: Traffic;
  readonly layers: LayerStore;
  /** Plugins after setup: each deployment opens a host of its own over them. */
  readonly plugins: readonly Running[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A deployment that is queued or runs. */
interface Active {
  readonly id: string;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** A deployment while its worker runs. */
interface Worker {
  readonly release: Release;
  readonly lease: number;
  readonly mode: DeploymentHost["mode"];
  readonly signal: AbortSignal;
  readonly host: PluginHost;
  readonly log: (level: LogLevel, message: string) => void;
}

/** The deployments of one server. */
export class Deployer {
  readonly #options: DeployerOptions;
  readonly #queues: Map<string, Active[]> = new Map();
  #stopping = false;

  constructor(options: DeployerOptions) {
    this.#options = options;
  }

  /**
   * Write a deployment down and run it when its turn comes. The same ID again changes nothing.
   *
   * @throws `DEPLOYMENT_BUSY` with `noWait` when another deployment of the app is under way, and
   * `DOMAIN_TAKEN`.
   */
  submit(deployment: NewDeployment, { noWait }: { readonly noWait: boolean }): void {
    const { journal, traffic } = this.#options;
    const { deployment: id, app, target } = deployment.release;
    if (journal.find(id)) return;
    const ahead = this.#queues.get(app)?.at(-1);
    if (ahead && noWait) {
      const since = journal.find(ahead.id)?.createdAt;
      throw fail("DEPLOYMENT_BUSY", {
        message: `Cannot deploy "${app}" now: deployment ${ahead.id} has been under way since ${since}`,
        hint: "Leave out --no-wait to wait for it",
        details: { status: 409, behind: ahead.id },
      });
    }
    traffic.checkDomains(app, target);
    if (!journal.add(deployment)) return;
    if (ahead) {
      journal.append(id, { type: "deployment:queued", deployment: id, behind: ahead.id });
    }
    this.#enqueue(app, id, "run");
  }

  /** Ask a deployment to stop. False when it has ended already. */
  cancel(id: string): boolean {
    for (const queue of this.#queues.values()) {
      const active = queue.find((one) => one.id === id);
      if (!active) continue;
      active.abort.abort(
        fail("DEPLOYMENT_CANCELLED", { message: `Deployment ${id} was cancelled` }),
      );
      return true;
    }
    return false;
  }

  /**
   * Begin no more deployments, and stop those under way; what is past its switch goes on to its
   * end. Queued ones stay queued for the next start.
   */
  stop(reason: Error): void {
    this.#stopping = true;
    for (const [active] of this.#queues.values()) active?.abort.abort(reason);
  }

  /** Finish or undo what a crash left open. Resolves when every app is in a known state. */
  async recover(): Promise<void> {
    const { journal } = this.#options;
    const interrupted: Promise<void>[] = [];
    for (const { app, id, state } of journal.open()) {
      if (state === "queued") {
        this.#enqueue(app, id, "run");
        continue;
      }
      const mode = state === "switching" || state === "retaining" ? "finish" : "undo";
      interrupted.push(this.#enqueue(app, id, mode).done);
    }
    await Promise.all(interrupted);
  }

  /** Wait until nothing runs. */
  async idle(): Promise<void> {
    await Promise.all([...this.#queues.values()].flat().map(({ done }) => done));
  }

  #enqueue(app: string, id: string, mode: Worker["mode"]): Active {
    const queue = this.#queues.get(app) ?? [];
    this.#queues.set(app, queue);
    const abort = new AbortController();
    const turn = queue.at(-1)?.done ?? Promise.resolve();
    const active: Active = {
      id,
      abort,
      done: turn
        .then(() => this.#work(id, mode, abort.signal))
        .catch(() => {}) // What went wrong is in the record; the next one's turn comes all the same.
        .finally(() => {
          queue.splice(queue.indexOf(active), 1);
          if (queue.length === 0) this.#queues.delete(app);
        }),
    };
    queue.push(active);
    return active;
  }

  async #work(id: string, mode: Worker["mode"], signal: AbortSignal): Promise<void> {
    if (this.#stopping) return;
    const { journal, traffic, env, plugins } = this.#options;
    const release = journal.release(id);
    const record = journal.find(id);
    if (!release || !record || FINAL_STATES.has(record.state)) return;
    const { app } = release;
    const masker = maskerFor(release);
    const log = (level: LogLevel, message: string) =>
      journal.append(id, {
        type: "deployment:log",
        deployment: id,
        level,
        message: masker.mask(message),
      });
    const lease = journal.acquireLease(app, id);
    const events = new EventLog();
    const worker: Worker = {
      release,
      lease,
      mode,
      signal,
      host: new PluginHost(plugins, { events, signal, env }),
      log,
    };
    try {
      if (mode === "run") signal.throwIfAborted();
      const outcome = await this.#deploy(worker, record);
      await this.#retain(worker);
      journal.enter({ app, id, lease }, "succeeded", { outcome });
    } catch (error) {
      if (isHaloyError(error) && error.code === "LEASE_LOST") throw error;
      const reason = errorJson(signal.aborted ? signal.reason : error);
      if (signal.aborted && error !== signal.reason) log("debug", errorJson(error).message);
      await removeReleaseImage(this.#options.engine, app, id).catch(() => {});
      const state = reason.code === "DEPLOYMENT_CANCELLED" ? "cancelled" : "failed";
      journal.enter({ app, id, lease }, state, { error: masker.maskData(reason) });
    } finally {
      traffic.release(app);
      events.close();
      // What the journal says may differ from what the deployment held: make the router agree.
      await traffic.reconcile().catch(() => {});
    }
  }

  async #deploy(worker: Worker, record: DeploymentRecord): Promise<DeployOutcome> {
    const { journal, releases, engine, traffic } = this.#options;
    const { release, lease, mode, log, signal } = worker;
    const { app, deployment: id } = release;
    const previous = releases.current(app);
    if (record.state === "retaining" && record.outcome) return record.outcome;
    let imageId = release.imageId;
    if (mode === "run") {
      journal.enter({ app, id, lease }, "preparing");
      imageId = await prepareImage(engine, release, (message) => log("info", message), signal);
    } else {
      log("warn", "haloyd was restarted in the middle of this deployment");
      imageId = (await inspectImage(engine, releaseTag(app, id)))?.Id ?? imageId;
    }
    const served = previous === null || previous === id ? null : previous;
    const outcome = await worker.host.first("deploy", {
      release: { ...release, imageId },
      host: {
        mode,
        previous: served,
        enter: (state) => journal.enter({ app, id, lease }, state),
        route: async (upstreams, serving = id) => {
          const target = journal.release(serving)?.target ?? release.target;
          await traffic.switch(app, target, upstreams);
        },
        log,
      },
    });
    if (mode === "undo") {
      throw fail("DEPLOYMENT_INTERRUPTED", {
        message: "haloyd was restarted before the new version served: it was removed again",
        hint: "The version before it serves. Deploy again",
      });
    }
    releases.promote(id, { app, image: releaseTag(app, id), outcome });
    return outcome;
  }

  /** Remove what the history strategy lets go. The app is live: nothing here can fail it. */
  async #retain(worker: Worker): Promise<void> {
    const { journal, releases, engine, layers, plugins, env } = this.#options;
    const { release, lease, log } = worker;
    const { app, deployment: id } = release;
    journal.enter({ app, id, lease }, "retaining");
    // A host of its own: a cancellation that came too late must not stop the cleaning up.
    const { signal } = new AbortController();
    const host = new PluginHost(plugins, { events: new EventLog(), signal, env });
    try {
      const { keep, remove } = await host.named("retain", release.history, {
        app,
        releases: releases.list(app),
      });
      const current = releases.current(app);
      const gone = remove.filter((one) => one !== current && !keep.includes(one));
      for (const one of gone) await removeReleaseImage(engine, app, one);
      releases.forget(gone);
      if (gone.length > 0) log("info", `Removed ${gone.length} old release(s)`);
      await this.#removeUnusedLayers(layers);
    } catch (error) {
      log("warn", `Old releases were not removed: ${errorJson(error).message}`);
    }
  }

  async #removeUnusedLayers(layers: LayerStore): Promise<void> {
    const { releases, engine } = this.#options;
    const keep = new Set<string>();
    for (const imageId of releases.images()) {
      const image = await inspectImage(engine, imageId);
      for (const diffId of image?.RootFS.Layers ?? []) keep.add(diffId);
    }
    await layers.removeUnused(keep);
  }
}

function maskerFor(release: Release): Masker {
  const masker = new Masker();
  for (const { value } of release.env) if (value instanceof Secret) masker.add(value);
  return masker;
}
