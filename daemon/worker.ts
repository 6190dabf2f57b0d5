/**
 * Runs one deployment from its first step to its final state: every step is written down before
 * it begins, and a way back that could not be completed is tried until it is.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorJson, errorJson, fail, isHaloyError } from "../core/errors.ts";
import type { LogLevel } from "../core/events.ts";
import type { DeploymentHost, DeploymentState, DeployOutcome, Release } from "../core/hooks.ts";
import { PluginHost, type Running } from "../core/host.ts";
import { Masker, Secret } from "../core/secret.ts";
import type { EngineClient } from "../engine/client.ts";
import { inspectImage, prepareImage, releaseTag } from "./images.ts";
import { FINAL_STATES, type Journal } from "./journal.ts";
import type { Registries } from "./registries.ts";
import type { Releases } from "./releases.ts";
import type { Retention } from "./retention.ts";
import type { Traffic } from "./traffic.ts";

/** How a worker takes a deployment up. */
export type Mode = DeploymentHost["mode"];

/** Waits between tries of what must not be left half done (milliseconds). */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
/** How long a way to an end is tried that the engine or the router refuse (milliseconds). */
const PATIENCE_MS = 10 * 60_000;

/** What {@link Worker} needs. */
export interface WorkerOptions {
  readonly journal: Journal;
  readonly releases: Releases;
  readonly registries: Pick<Registries, "find">;
  readonly engine: EngineClient;
  readonly traffic: Traffic;
  readonly retention: Retention;
  /** Plugins after setup: each deployment opens a host of its own over them. */
  readonly plugins: readonly Running[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Say something that only the operator of the server should read. */
  report(said: unknown): void;
}

/** A deployment while it is worked on. */
interface Work {
  readonly release: Release;
  readonly lease: number;
  readonly masker: Masker;
  readonly host: PluginHost;
  readonly signal: AbortSignal;
  readonly log: (level: LogLevel, message: string) => void;
}

/** Runs deployments, each when it is told to. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #stopped: AbortController = new AbortController();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Stop trying again what fails: the next start takes it up. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Bring a deployment to a final state. */
  async work(id: string, mode: Mode, signal: AbortSignal): Promise<void> {
    const { journal, traffic } = this.#options;
    const release = journal.release(id);
    const state = journal.find(id)?.state;
    if (!release || !state || FINAL_STATES.has(state)) return;
    const work = this.#open(release, signal);
    const { report } = this.#options;
    report(`Deployment ${id} of "${release.app}" (${release.image}) begins, mode ${mode}`);
    try {
      const outcome = await this.#deploy(work, mode, state);
      this.#enter(work, "retaining");
      await this.#options.retention.retain(release, work.log);
      await this.#end(work, "succeeded", { outcome });
    } catch (error) {
      await this.#fail(work, error);
    } finally {
      traffic.release(release.app);
      const { state: ended, error } = journal.find(id) ?? {};
      report(`Deployment ${id} of "${release.app}": ${ended}${error ? `, ${error.code}` : ""}`);
      // What the journal says may differ from what the deployment held: make the router agree.
      await traffic.reconcile().catch((error) => this.#options.report(error));
    }
  }

  #open(release: Release, signal: AbortSignal): Work {
    const { journal, plugins, env } = this.#options;
    const { app, deployment } = release;
    const masker = new Masker();
    for (const { value } of release.env) if (value instanceof Secret) masker.add(value);
    if (release.login) masker.add(release.login.password);
    const log = (level: LogLevel, text: string) => {
      const message = masker.mask(text);
      try {
        journal.append(deployment, { type: "deployment:log", deployment, level, message });
      } catch (error) {
        // A full disk must not stop a way back: the line is lost, the work goes on.
        this.#options.report(error);
      }
    };
    const host = new PluginHost(plugins, { events: DISCARD, signal, env });
    const lease = journal.acquireLease(app, deployment);
    return { release, lease, masker, host, signal, log };
  }

  async #deploy(work: Work, mode: Mode, state: DeploymentState): Promise<DeployOutcome> {
    const { journal, releases } = this.#options;
    const { release, log } = work;
    const { app, deployment: id } = release;
    if (mode !== "run") log("warn", "haloyd was restarted in the middle of this deployment");
    const known = journal.find(id)?.outcome;
    if (state === "retaining" && known) return known;
    const outcome = mode === "run" ? await this.#run(work) : await this.#bringToEnd(work, mode);
    if (mode === "undo") {
      throw fail("DEPLOYMENT_INTERRUPTED", {
        message: "haloyd was restarted before the new version served: it was removed again",
        hint: "The version before it serves. Deploy again",
      });
    }
    releases.promote(id, { app, image: releaseTag(app, id), outcome });
    return outcome;
  }

  async #run(work: Work): Promise<DeployOutcome> {
    const { release, log, signal, host } = work;
    signal.throwIfAborted();
    this.#enter(work, "preparing");
    // Before anything is started: without the router the new version could never serve.
    await this.#options.traffic.checkRouter(release.target);
    const imageId = await prepareImage(this.#options.engine, release, {
      known: (reference) => this.#options.releases.imagesOf(reference),
      serverLogin: async (registry) => {
        const login = await this.#options.registries.find(registry);
        if (login) work.masker.add(login.password);
        return login;
      },
      log: (message) => log("info", message),
      signal,
    });
    try {
      return await this.#call(work, "run", imageId, host);
    } catch (error) {
      if (!isHaloyError(error) || error.code !== "DEPLOYMENT_UNDO_INCOMPLETE") throw error;
      log("error", error.message);
      await this.#bringToEnd(work, "undo");
      throw error.cause ?? error;
    }
  }

  /**
   * Finish or undo what was left half done, again and again while engine or router are away: in
   * between, nobody can tell what serves.
   */
  async #bringToEnd(work: Work, wanted: "undo" | "finish"): Promise<DeployOutcome> {
    const { engine, plugins, env } = this.#options;
    const { release, log } = work;
    const { app, deployment } = release;
    // The way to an end is not cancelled with the deployment.
    const { signal } = this.#stopped;
    const host = new PluginHost(plugins, { events: DISCARD, signal, env });
    const deadline = Date.now() + PATIENCE_MS;
    let mode = wanted;
    let verdict: unknown;
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        const image = await inspectImage(engine, releaseTag(app, deployment));
        const outcome = await this.#call(work, mode, image?.Id ?? release.imageId, host);
        if (verdict !== undefined) throw verdict;
        return outcome;
      } catch (error) {
        const code = isHaloyError(error) ? error.code : "INTERNAL";
        if (error === verdict || code === "LEASE_LOST" || code === "DEPLOYMENT_INTERRUPTED") {
          throw error;
        }
        if (code === "DEPLOYMENT_UNDO_INCOMPLETE") {
          if (mode === "finish") verdict = (error as Error).cause ?? error;
          mode = "undo";
        }
        log("warn", `Not at an end yet: ${errorJson(error).message}`);
        // Without an engine nothing else can be done either. Anything else may never get better,
        // and a new deployment must get its turn: it removes what this one leaves.
        if (code !== "ENGINE_UNREACHABLE" && Date.now() > deadline) throw error;
      }
      await this.#pause(wait);
    }
  }

  async #call(
    work: Work,
    mode: Mode,
    imageId: string | null,
    plugins: PluginHost,
  ): Promise<DeployOutcome> {
    const { journal, releases, traffic } = this.#options;
    const { release, log } = work;
    const { app, deployment: id } = release;
    const current = releases.current(app);
    return await plugins.first("deploy", {
      release: { ...release, imageId },
      host: {
        mode,
        previous: current === id ? null : current,
        enter: (state) => this.#enter(work, state),
        route: async (upstreams, serving = id) => {
          const target = journal.release(serving)?.target ?? release.target;
          // Again, and now for good: two first deployments may have asked for one name at once.
          // A way back only takes names that were the app's before.
          if (serving === id) traffic.checkDomains(app, target);
          await traffic.switch(app, target, upstreams);
        },
        log,
      },
    });
  }

  async #fail(work: Work, thrown: unknown): Promise<void> {
    const { retention } = this.#options;
    const { release, signal, masker, log } = work;
    if (isHaloyError(thrown) && thrown.code === "LEASE_LOST") throw thrown;
    // haloyd is being stopped with the way back still open: the next start goes on with it.
    if (thrown instanceof Stopped) return;
    const reason = errorJson(signal.aborted ? signal.reason : thrown);
    if (signal.aborted && thrown !== signal.reason) log("debug", errorJson(thrown).message);
    await retention.dropImage(release).catch(() => false);
    const state = reason.code === "DEPLOYMENT_CANCELLED" ? "cancelled" : "failed";
    await this.#end(work, state, { error: masker.maskData(reason) });
  }

  /** Write the final state down: as long as that fails, whoever waits would wait for ever. */
  async #end(
    work: Work,
    state: "succeeded" | "failed" | "cancelled",
    result: { error?: ErrorJson; outcome?: DeployOutcome },
  ): Promise<void> {
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        this.#enter(work, state, result);
        return;
      } catch (error) {
        if (isHaloyError(error) && error.code === "LEASE_LOST") throw error;
        this.#options.report(error);
        await this.#pause(wait);
      }
    }
  }

  /** Wait, unless haloyd is being stopped. */
  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#stopped;
    await sleep(milliseconds, undefined, { signal }).catch(() => {
      throw new Stopped("haloyd is being stopped");
    });
  }

  #enter(
    { release: { app, deployment: id }, lease }: Work,
    state: DeploymentState,
    result: { error?: ErrorJson; outcome?: DeployOutcome } = {},
  ): void {
    this.#options.journal.enter({ app, id, lease }, state, result);
  }
}

/** haloyd ends before the deployment does. */
class Stopped extends Error {}

/** Hook events of the server are nobody's: what matters goes to the deployment's own log. */
const DISCARD = { append: () => {} };
