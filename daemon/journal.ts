/**
 * The durable record of every deployment: its states, its steps and its events.
 *
 * @module
 */

import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { type ErrorJson, fail } from "../core/errors.ts";
import type { HaloyEvent } from "../core/events.ts";
import type { DeploymentState, DeployOutcome, Release } from "../core/hooks.ts";
import type { DeploymentAnswer } from "../wire/routes.ts";
import { inTransaction } from "./database.ts";
import { EventStore, type StoredEvent } from "./event-store.ts";
import { sealRelease, unsealRelease } from "./sealed-release.ts";
import type { Vault } from "./vault.ts";

/** States after which nothing happens any more. */
export const FINAL_STATES: ReadonlySet<DeploymentState> = new Set([
  "succeeded",
  "failed",
  "cancelled",
]);

/** One deployment as it is kept. */
export interface DeploymentRecord extends DeploymentAnswer {
  /** The server's own order. */
  readonly sequence: number;
}

/** A new deployment. */
export interface NewDeployment {
  readonly release: Release;
  /** What a client needs to deploy this again; may hold values of a stock client, so it is sealed. */
  readonly rollbackConfig: unknown;
  readonly rolledBackFrom: string | null;
}

type Row = Record<string, SQLInputValue>;

/** Reads and writes the deployments of one database. */
export class Journal {
  readonly #database: DatabaseSync;
  readonly #vault: Vault;
  readonly #events: EventStore;

  constructor(database: DatabaseSync, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
    this.#events = new EventStore(database);
  }

  /** Write a new deployment down as `queued`. False when this ID is already there. */
  add({ release, rollbackConfig, rolledBackFrom }: NewDeployment): boolean {
    const added = inTransaction(this.#database, () => {
      const { changes } = this.#run(
        `INSERT OR IGNORE INTO deployments
           (id, app, state, image, image_id, release, rollback_config, rolled_back_from, created_at)
         VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?)`,
        release.deployment,
        release.app,
        release.image,
        release.imageId,
        sealRelease(this.#vault, release),
        rollbackConfig == null ? null : this.#vault.seal(rollbackConfig),
        rolledBackFrom,
        now(),
      );
      if (Number(changes) === 0) return false;
      this.#run("INSERT OR IGNORE INTO apps (app) VALUES (?)", release.app);
      this.#step(release.deployment, "queued");
      return true;
    });
    return added;
  }

  /** One deployment, or null. */
  find(id: string): DeploymentRecord | null {
    const row = this.#get("SELECT * FROM deployments WHERE id = ?", id);
    return row ? this.#record(row) : null;
  }

  /** Deployments that have not ended, oldest first. */
  open(): DeploymentRecord[] {
    return this.#all(
      `SELECT * FROM deployments WHERE state NOT IN ('succeeded', 'failed', 'cancelled')
       ORDER BY sequence`,
    ).map((row) => this.#record(row));
  }

  /** The newest deployment of an app, whatever became of it. */
  latest(app: string): DeploymentRecord | null {
    const row = this.#get(
      "SELECT * FROM deployments WHERE app = ? ORDER BY sequence DESC LIMIT 1",
      app,
    );
    return row ? this.#record(row) : null;
  }

  /** What a deployment runs, with its environment as secrets. */
  release(id: string): Release | null {
    const row = this.#get("SELECT release FROM deployments WHERE id = ? AND release != x''", id);
    return row ? unsealRelease(this.#vault, row.release as Uint8Array) : null;
  }

  /** What the client sent to deploy this again. */
  rollbackConfig(id: string): unknown {
    const row = this.#get("SELECT rollback_config FROM deployments WHERE id = ?", id);
    return row?.rollback_config ? this.#vault.open(row.rollback_config as Uint8Array) : null;
  }

  /** Take the app's lease for a deployment. The token fences off whoever held it before. */
  acquireLease(app: string, deployment: string): number {
    const row = this.#get(
      `INSERT INTO leases (app, token, deployment) VALUES (?, 1, ?)
       ON CONFLICT (app) DO UPDATE SET token = token + 1, deployment = excluded.deployment
       RETURNING token`,
      app,
      deployment,
    );
    return Number(row?.token);
  }

  /**
   * Write down that a state begins; for a final state, with what came of it. Durable on return.
   *
   * @throws `LEASE_LOST` when another deployment has taken the app's lease since.
   */
  enter(
    { app, id, lease }: { app: string; id: string; lease: number },
    state: DeploymentState,
    result: { error?: ErrorJson; outcome?: DeployOutcome } = {},
  ): void {
    const entered = inTransaction(this.#database, () => {
      const before = this.#get("SELECT state FROM deployments WHERE id = ?", id);
      if (before?.state === state) return true;
      const { changes } = this.#run(
        `UPDATE deployments
            SET state = ?, error = coalesce(?, error), outcome = coalesce(?, outcome),
                finished_at = ?
          WHERE id = ? AND state NOT IN ('succeeded', 'failed', 'cancelled')
            AND EXISTS (SELECT 1 FROM leases WHERE app = ? AND token = ? AND deployment = ?)`,
        state,
        result.error ? JSON.stringify(result.error) : null,
        result.outcome ? JSON.stringify(result.outcome) : null,
        FINAL_STATES.has(state) ? now() : null,
        id,
        app,
        lease,
        id,
      );
      if (Number(changes) === 0) return false;
      this.#step(id, state);
      this.#events.add(id, { type: "deployment:state", deployment: id, state });
      return true;
    });
    this.#events.notify(id);
    if (entered) return;
    throw fail("LEASE_LOST", {
      message: `Cannot go on with deployment ${id} of "${app}": another one has taken its place`,
      hint: `See "haloy status" for what runs now`,
    });
  }

  /** End a deployment that has not begun. Nothing happens when it has. */
  cancelQueued(id: string, error: ErrorJson): void {
    inTransaction(this.#database, () => {
      const { changes } = this.#run(
        `UPDATE deployments SET state = 'cancelled', error = ?, finished_at = ?
          WHERE id = ? AND state = 'queued'`,
        JSON.stringify(error),
        now(),
        id,
      );
      if (Number(changes) === 0) return;
      this.#step(id, "cancelled");
      this.#events.add(id, { type: "deployment:state", deployment: id, state: "cancelled" });
    });
    this.#events.notify(id);
  }

  /**
   * Forget what nobody needs of an app's older deployments: events, steps, and what they ran.
   * Releases, and the newest `keep` deployments, stay as they are.
   */
  prune(app: string, keep: number): void {
    const old = `SELECT id FROM deployments
       WHERE app = ?1 AND state IN ('succeeded', 'failed', 'cancelled')
         AND id NOT IN (SELECT deployment FROM releases)
         AND id NOT IN (SELECT coalesce(current, '') FROM apps)
         AND sequence NOT IN
             (SELECT sequence FROM deployments WHERE app = ?1 ORDER BY sequence DESC LIMIT ?2)`;
    inTransaction(this.#database, () => {
      this.#run(`DELETE FROM events WHERE deployment IN (${old})`, app, keep);
      this.#run(`DELETE FROM steps WHERE deployment IN (${old})`, app, keep);
      this.#run(
        `UPDATE deployments SET release = x'', rollback_config = NULL WHERE id IN (${old})`,
        app,
        keep,
      );
    });
  }

  /** Names of all apps ever deployed. */
  apps(): string[] {
    return this.#all("SELECT app FROM apps ORDER BY app").map((row) => String(row.app));
  }

  /** Add an event to a deployment's list. */
  append(id: string, event: HaloyEvent): void {
    this.#events.add(id, event);
    this.#events.notify(id);
  }

  /** Replay a deployment's events after `seq`, then follow until it has ended. */
  events(id: string, seq: number, signal: AbortSignal): AsyncGenerator<StoredEvent> {
    const hasEnded = () => {
      const row = this.#get("SELECT state FROM deployments WHERE id = ?", id);
      return FINAL_STATES.has((row?.state ?? "failed") as DeploymentState);
    };
    return this.#events.follow(id, seq, hasEnded, signal);
  }

  #step(id: string, state: DeploymentState): void {
    this.#run("INSERT INTO steps (deployment, state, at) VALUES (?, ?, ?)", id, state, now());
  }

  #record(row: Row): DeploymentRecord {
    const id = String(row.id);
    return {
      id,
      app: String(row.app),
      sequence: Number(row.sequence),
      state: row.state as DeploymentState,
      image: String(row.image),
      imageId: row.image_id === null ? null : String(row.image_id),
      rolledBackFrom: row.rolled_back_from === null ? null : String(row.rolled_back_from),
      error: row.error === null ? null : JSON.parse(String(row.error)),
      outcome: row.outcome === null ? null : JSON.parse(String(row.outcome)),
      createdAt: String(row.created_at),
      finishedAt: row.finished_at === null ? null : String(row.finished_at),
      steps: this.#all(
        "SELECT state, at FROM steps WHERE deployment = ? ORDER BY rowid",
        id,
      ) as unknown as DeploymentRecord["steps"],
    };
  }

  #run(sql: string, ...values: SQLInputValue[]): { changes: number | bigint } {
    return this.#database.prepare(sql).run(...values);
  }

  #get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#database.prepare(sql).get(...values) as Row | undefined;
  }

  #all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#database.prepare(sql).all(...values) as Row[];
  }
}

function now(): string {
  return new Date().toISOString();
}
