/**
 * What happened in each deployment, numbered and durable, for readers who come late or again.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { HaloyEvent } from "../core/events.ts";

/** An event of a deployment, numbered from 1. */
export interface StoredEvent {
  readonly seq: number;
  readonly at: string;
  readonly event: HaloyEvent;
}

/** The events of one database's deployments. */
export class EventStore {
  readonly #database: DatabaseSync;
  readonly #listeners: Map<string, Set<() => void>> = new Map();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Add an event. Readers see it after {@link notify}: it may be part of a transaction. */
  add(id: string, event: HaloyEvent): void {
    this.#database
      .prepare(
        `INSERT INTO events (deployment, seq, at, event)
         SELECT ?, coalesce(max(seq), 0) + 1, ?, ? FROM events WHERE deployment = ?`,
      )
      .run(id, new Date().toISOString(), JSON.stringify(event), id);
  }

  /** Wake the readers of a deployment. */
  notify(id: string): void {
    for (const listener of [...(this.#listeners.get(id) ?? [])]) listener();
  }

  /** Replay events after `seq`, then follow until `hasEnded` or `signal` says so. */
  async *follow(
    id: string,
    seq: number,
    hasEnded: () => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<StoredEvent> {
    const select = this.#database.prepare(
      "SELECT seq, at, event FROM events WHERE deployment = ? AND seq > ? ORDER BY seq",
    );
    for (let after = seq; !signal.aborted; ) {
      // Asked before reading: what is added in between comes with the next round.
      const ended = hasEnded();
      const rows = select.all(id, after);
      for (const row of rows) {
        after = Number(row.seq);
        yield { seq: after, at: String(row.at), event: JSON.parse(String(row.event)) };
      }
      if (ended) return;
      if (rows.length === 0) await this.#change(id, signal);
    }
  }

  #change(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const listeners = this.#listeners.get(id) ?? new Set();
      this.#listeners.set(id, listeners);
      const done = () => {
        listeners.delete(done);
        if (listeners.size === 0) this.#listeners.delete(id);
        signal.removeEventListener("abort", done);
        resolve();
      };
      listeners.add(done);
      signal.addEventListener("abort", done);
    });
  }
}
