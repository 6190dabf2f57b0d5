/**
 * The releases that healthy deployments leave behind: what serves, and what to go back to.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { DeployOutcome, ReleaseRecord } from "../core/hooks.ts";
import { inTransaction } from "./database.ts";

/** Reads and writes the releases of one database. */
export class Releases {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** A healthy deployment becomes the app's current release. One transaction. */
  promote(
    deployment: string,
    { app, image, outcome }: { app: string; image: string; outcome: DeployOutcome },
  ): void {
    const { imageId } = outcome;
    inTransaction(this.#database, () => {
      this.#database
        .prepare(
          `INSERT OR REPLACE INTO releases (deployment, app, sequence, image, image_id, at)
           SELECT id, app, sequence, ?, ?, ? FROM deployments WHERE id = ?`,
        )
        .run(image, imageId, new Date().toISOString(), deployment);
      this.#database
        .prepare("UPDATE deployments SET outcome = ?, image_id = ? WHERE id = ?")
        .run(JSON.stringify(outcome), imageId, deployment);
      this.#database.prepare("UPDATE apps SET current = ? WHERE app = ?").run(deployment, app);
    });
  }

  /** Forget releases that retention removed. The deployments stay in the record. */
  forget(deployments: readonly string[]): void {
    inTransaction(this.#database, () => {
      for (const deployment of deployments) {
        this.#database.prepare("DELETE FROM releases WHERE deployment = ?").run(deployment);
      }
    });
  }

  /** Releases of an app, newest first. */
  list(app: string): (ReleaseRecord & { readonly at: string })[] {
    const current = this.current(app);
    const lastGood = this.lastGood(app);
    return this.#database
      .prepare("SELECT * FROM releases WHERE app = ? ORDER BY sequence DESC")
      .all(app)
      .map((row) => ({
        deployment: String(row.deployment),
        sequence: Number(row.sequence),
        image: String(row.image),
        imageId: String(row.image_id),
        at: String(row.at),
        current: row.deployment === current,
        lastGood: row.deployment === lastGood,
      }));
  }

  /** The app's containers were removed: nothing of it serves. Its history stays. */
  retire(app: string): void {
    this.#database.prepare("UPDATE apps SET current = NULL WHERE app = ?").run(app);
  }

  /** Image IDs that any release refers to. */
  images(): Set<string> {
    const rows = this.#database.prepare("SELECT DISTINCT image_id FROM releases").all();
    return new Set(rows.map((row) => String(row.image_id)));
  }

  /** IDs of the images that releases were given by this reference, newest first. */
  imagesOf(reference: string): string[] {
    return this.#database
      .prepare(
        `SELECT r.image_id FROM releases r JOIN deployments d ON d.id = r.deployment
          WHERE d.image = ? GROUP BY r.image_id ORDER BY max(r.sequence) DESC`,
      )
      .all(reference)
      .map((row) => String(row.image_id));
  }

  /** The deployment that serves an app, or null. */
  current(app: string): string | null {
    const row = this.#database.prepare("SELECT current FROM apps WHERE app = ?").get(app);
    return row?.current == null ? null : String(row.current);
  }

  /**
   * What `rollback` without an ID brings back: the newest release older than the current one. A
   * release that is itself a rollback counts as old as what it brought back, so that going back
   * twice goes further back.
   */
  lastGood(app: string): string | null {
    const row = this.#database
      .prepare(
        `WITH RECURSIVE origin (id, sequence, source) AS (
           SELECT d.id, d.sequence, d.rolled_back_from
             FROM apps a JOIN deployments d ON d.id = a.current WHERE a.app = ?1
           UNION
           SELECT d.id, d.sequence, d.rolled_back_from
             FROM origin o JOIN deployments d ON d.id = o.source
         )
         SELECT deployment FROM releases
          WHERE app = ?1 AND sequence < (SELECT min(sequence) FROM origin)
          ORDER BY sequence DESC LIMIT 1`,
      )
      .get(app);
    return row ? String(row.deployment) : null;
  }
}
