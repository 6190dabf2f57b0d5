/**
 * haloyd's SQLite database: one file, WAL, schema migrated on open.
 *
 * @module
 */

import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fail, reasonOf } from "../core/errors.ts";

/** Each entry takes the schema from its index to the next version. Never edit one that shipped. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE deployments (
     sequence INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     app TEXT NOT NULL,
     state TEXT NOT NULL,
     image TEXT NOT NULL,
     image_id TEXT,
     release BLOB NOT NULL,
     rollback_config BLOB,
     rolled_back_from TEXT,
     error TEXT,
     outcome TEXT,
     created_at TEXT NOT NULL,
     finished_at TEXT
   ) STRICT;
   CREATE INDEX deployments_app ON deployments (app, sequence);
   CREATE TABLE steps (
     deployment TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
     state TEXT NOT NULL,
     at TEXT NOT NULL
   ) STRICT;
   CREATE TABLE events (
     deployment TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
     seq INTEGER NOT NULL,
     at TEXT NOT NULL,
     event TEXT NOT NULL,
     PRIMARY KEY (deployment, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE releases (
     deployment TEXT PRIMARY KEY REFERENCES deployments (id),
     app TEXT NOT NULL,
     sequence INTEGER NOT NULL,
     image TEXT NOT NULL,
     image_id TEXT NOT NULL,
     at TEXT NOT NULL
   ) STRICT;
   CREATE TABLE apps (
     app TEXT PRIMARY KEY,
     current TEXT REFERENCES deployments (id)
   ) STRICT;
   CREATE TABLE leases (
     app TEXT PRIMARY KEY,
     token INTEGER NOT NULL,
     deployment TEXT NOT NULL
   ) STRICT;`,
  "CREATE INDEX steps_deployment ON steps (deployment)",
];

/** Open `<dataDirectory>/db/haloy.db`, making and migrating it as needed. */
export function openDatabase(dataDirectory: string): DatabaseSync {
  const directory = join(dataDirectory, "db");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, "haloy.db");
  const database = new DatabaseSync(file);
  chmodSync(file, 0o600);
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
     PRAGMA busy_timeout = 5000;`,
  );
  const row = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (row.user_version > MIGRATIONS.length) {
    database.close();
    throw fail("SERVER_SETUP_INVALID", {
      message: `Cannot open ${file}: a newer haloyd made it (schema ${row.user_version}, ours is ${MIGRATIONS.length})`,
      hint: "Run the newer haloyd, or restore a backup made before the upgrade",
    });
  }
  for (let version = row.user_version; version < MIGRATIONS.length; version += 1) {
    inTransaction(database, () => {
      database.exec(MIGRATIONS[version] ?? "");
      database.exec(`PRAGMA user_version = ${version + 1}`);
    });
  }
  return database;
}

/** Run `work` in one transaction: all of it is written, or nothing. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
    throw error;
  }
}

/**
 * Make sure that no other haloyd uses this data directory. The lock is the kernel's, so it ends
 * with the process, however that dies.
 *
 * @throws `SERVER_SETUP_INVALID` when another process holds it.
 */
export function lockDataDirectory(dataDirectory: string): { release(): void } {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(dataDirectory, "lock.db"));
  try {
    database.exec("PRAGMA busy_timeout = 2000; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    throw fail("SERVER_SETUP_INVALID", {
      message: `Cannot use the data directory ${dataDirectory}: another haloyd is using it (${reasonOf(cause)})`,
      hint: "Stop the other haloyd, or give this one its own --data-dir",
      cause,
    });
  }
  return { release: () => database.close() };
}
