import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Release } from "../core/hooks.ts";
import { Secret } from "../core/secret.ts";
import { makeRelease } from "../test/fixtures/release.ts";
import { lockDataDirectory, openDatabase } from "./database.ts";
import { Journal } from "./journal.ts";
import { Releases } from "./releases.ts";
import { createToken, TokenCheck, tokenFile } from "./token.ts";
import { Vault } from "./vault.ts";

let dir: string;
let journal: Journal;
let releases: Releases;
let database: ReturnType<typeof openDatabase>;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "haloy-journal-"));
  database = openDatabase(dir);
  journal = new Journal(database, Vault.open(dir));
  releases = new Releases(database);
});
afterEach(() => {
  database.close();
  rmSync(dir, { recursive: true, force: true });
});

const SENTINEL = "sentinel-password-4711";

const release = (deployment: string): Release =>
  makeRelease("shop", deployment, {
    env: [
      { name: "PASSWORD", value: new Secret(SENTINEL) },
      { name: "LEVEL", value: "info" },
    ],
  });

/** A deployment that went well. */
function succeed(id: string, rolledBackFrom: string | null = null): void {
  journal.add({ release: release(id), rollbackConfig: null, rolledBackFrom });
  const lease = journal.acquireLease("shop", id);
  const outcome = { replicas: [], imageId: `sha256:${id}` };
  releases.promote(id, { app: "shop", image: `shop:${id}`, outcome });
  journal.enter({ app: "shop", id, lease }, "succeeded", { outcome });
}

test("a release comes back as it was, and its secrets are nowhere in the database's files", () => {
  journal.add({ release: release("d1"), rollbackConfig: { env: SENTINEL }, rolledBackFrom: null });
  expect(journal.release("d1")?.env.map(({ value }) => String(value))).toEqual([
    "[secret]",
    "info",
  ]);
  const [password] = journal.release("d1")?.env ?? [];
  expect(password?.value instanceof Secret && password.value.reveal()).toBe(SENTINEL);
  expect(journal.rollbackConfig("d1")).toEqual({ env: SENTINEL });
  for (const file of ["haloy.db", "haloy.db-wal"]) {
    expect(readFileSync(join(dir, "db", file)).includes(SENTINEL)).toBe(false);
  }
});

test("the same deployment twice is added once", () => {
  const deployment = { release: release("d1"), rollbackConfig: null, rolledBackFrom: null };
  expect([journal.add(deployment), journal.add(deployment)]).toEqual([true, false]);
});

test("a worker whose lease was taken over can write nothing more", () => {
  for (const id of ["d1", "d2"]) {
    journal.add({ release: release(id), rollbackConfig: null, rolledBackFrom: null });
  }
  const stale = { app: "shop", id: "d1", lease: journal.acquireLease("shop", "d1") };
  journal.enter(stale, "preparing");
  journal.acquireLease("shop", "d2");
  expect(() => journal.enter(stale, "switching")).toThrow(/another one has taken its place/);
  expect(journal.find("d1")?.steps.map(({ state }) => state)).toEqual(["queued", "preparing"]);
});

test("a final state is final", () => {
  succeed("d1");
  const lease = journal.acquireLease("shop", "d1");
  expect(() => journal.enter({ app: "shop", id: "d1", lease }, "failed")).toThrow();
  expect(journal.find("d1")?.state).toBe("succeeded");
});

test("events are replayed from any number, then followed to the end", async () => {
  journal.add({ release: release("d1"), rollbackConfig: null, rolledBackFrom: null });
  const lease = journal.acquireLease("shop", "d1");
  const log = (message: string) =>
    journal.append("d1", { type: "deployment:log", deployment: "d1", level: "info", message });
  log("one");
  log("two");
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { seq, event } of journal.events("d1", 1, new AbortController().signal)) {
      seen.push(`${seq} ${"message" in event ? event.message : event.type}`);
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 20));
  log("three");
  journal.enter({ app: "shop", id: "d1", lease }, "succeeded");
  await reading;
  expect(seen).toEqual(["2 two", "3 three", "4 deployment:state"]);
});

test("the last good release is the one before the current, and going back twice goes further back", () => {
  expect(releases.lastGood("shop")).toBeNull();
  succeed("d1");
  expect(releases.lastGood("shop")).toBeNull();
  succeed("d2");
  succeed("d3");
  expect(releases.lastGood("shop")).toBe("d2");
  succeed("d4", "d2");
  expect(releases.lastGood("shop")).toBe("d1");
  succeed("d5", "d1");
  expect(releases.lastGood("shop")).toBeNull();
  succeed("d6");
  expect(releases.lastGood("shop")).toBe("d5");
  expect(releases.list("shop").map(({ deployment }) => deployment)).toEqual([
    "d6",
    "d5",
    "d4",
    "d3",
    "d2",
    "d1",
  ]);
});

test("a data directory belongs to one haloyd at a time", () => {
  const lock = lockDataDirectory(dir);
  expect(() => lockDataDirectory(dir)).toThrow(/another haloyd is using it/);
  lock.release();
  lockDataDirectory(dir).release();
});

test("the token is kept as a hash only, and nothing but the token is accepted", () => {
  const token = createToken(dir);
  expect(readFileSync(tokenFile(dir), "utf8")).not.toContain(token);
  const check = TokenCheck.load(dir);
  expect(check.accepts(`Bearer ${token}`)).toBe(true);
  for (const header of [undefined, "", token, "Bearer ", "Bearer x", `Basic ${token}`]) {
    expect(check.accepts(header)).toBe(false);
  }
});

test("what was sealed cannot be changed or read with another key", () => {
  const sealed = Vault.open(dir).seal({ a: 1 });
  const changed = sealed.slice();
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  expect(() => Vault.open(dir).open(changed)).toThrow();
  const other = mkdtempSync(join(tmpdir(), "haloy-other-"));
  expect(() => Vault.open(other).open(sealed)).toThrow();
  rmSync(other, { recursive: true });
});
