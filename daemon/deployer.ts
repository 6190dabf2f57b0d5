/**
 * The deployments of one server: one queue per app, and after a crash each open deployment is
 * brought to its end before the app's next one begins.
 *
 * @module
 */

import { fail } from "../core/errors.ts";
import type { Journal, NewDeployment } from "./journal.ts";
import type { Traffic } from "./traffic.ts";
import { type Mode, Worker, type WorkerOptions } from "./worker.ts";

/** What {@link Deployer} needs. */
export interface DeployerOptions extends WorkerOptions {
  readonly journal: Journal;
  readonly traffic: Traffic;
}

/** A deployment that is queued or runs. */
interface Active {
  readonly id: string;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Queues and runs deployments. */
export class Deployer {
  readonly #options: DeployerOptions;
  readonly #worker: Worker;
  readonly #queues: Map<string, Active[]> = new Map();
  #stopping = false;

  constructor(options: DeployerOptions) {
    this.#options = options;
    this.#worker = new Worker(options);
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
    const queue = this.#queues.get(app) ?? [];
    const [running] = queue;
    const ahead = queue.at(-1);
    if (running && noWait) {
      const since = journal.find(running.id)?.createdAt;
      throw fail("DEPLOYMENT_BUSY", {
        message: `Cannot deploy "${app}" now: deployment ${running.id} has been under way since ${since}`,
        hint: "Leave out --no-wait to wait for it",
        details: { status: 409, behind: running.id },
      });
    }
    traffic.checkDomains(app, target);
    if (!journal.add(deployment)) return;
    if (ahead) {
      journal.append(id, { type: "deployment:queued", deployment: id, behind: ahead.id });
    }
    this.#enqueue(app, id, "run");
  }

  /** Whether a deployment of the app is queued or runs. */
  isBusy(app: string): boolean {
    return this.#queues.has(app);
  }

  /** Ask a deployment to stop; one that has not begun ends at once. False when it has ended. */
  cancel(id: string): boolean {
    for (const queue of this.#queues.values()) {
      const active = queue.find((one) => one.id === id);
      if (!active) continue;
      const reason = fail("DEPLOYMENT_CANCELLED", { message: `Deployment ${id} was cancelled` });
      active.abort.abort(reason);
      if (active !== queue[0]) this.#options.journal.cancelQueued(id, reason.toJSON());
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
    this.#worker.stop();
    for (const [active] of this.#queues.values()) active?.abort.abort(reason);
  }

  /**
   * Take up what a crash left open, before anything new of the same apps. Resolves when all of
   * it has come to its end; new deployments may be submitted meanwhile.
   */
  async recover(): Promise<void> {
    const interrupted: Promise<void>[] = [];
    for (const { app, id, state } of this.#options.journal.open()) {
      const switched = state === "switching" || state === "retaining";
      const mode = state === "queued" ? "run" : switched ? "finish" : "undo";
      const { done } = this.#enqueue(app, id, mode);
      if (mode !== "run") interrupted.push(done);
    }
    await Promise.all(interrupted);
  }

  /** Wait until nothing runs. */
  async idle(): Promise<void> {
    await Promise.all([...this.#queues.values()].flat().map(({ done }) => done));
  }

  #enqueue(app: string, id: string, mode: Mode): Active {
    const queue = this.#queues.get(app) ?? [];
    this.#queues.set(app, queue);
    const abort = new AbortController();
    const turn = queue.at(-1)?.done ?? Promise.resolve();
    const active: Active = {
      id,
      abort,
      done: turn
        .then(() => (this.#stopping ? undefined : this.#worker.work(id, mode, abort.signal)))
        // What went wrong is in the record; the next one's turn comes all the same.
        .catch((error) => this.#options.report(error))
        .finally(() => {
          queue.splice(queue.indexOf(active), 1);
          if (queue.length === 0) this.#queues.delete(app);
        }),
    };
    queue.push(active);
    return active;
  }
}
