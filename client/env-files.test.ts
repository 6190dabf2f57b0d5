/**
 * Which `.env` files a target's environment is made of, and which of them wins.
 */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { errorJson } from "../core/errors.ts";
import { commonEnvironment, EnvFiles } from "./env-files.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "haloy-env-files-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const open = (env: Record<string, string | undefined> = {}) =>
  new EnvFiles({
    env: { HALOY_CONFIG_DIR: join(root, "client"), ...env },
    cwd: join(root, "cwd"),
    directory: join(root, "config"),
  });
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

/** From weakest to strongest. */
const FILES = [
  "client/.env",
  "cwd/.env",
  "config/.env",
  "client/.env.local",
  "cwd/.env.local",
  "config/.env.local",
  "cwd/.env.staging",
  "config/.env.staging",
];

test("each file wins over those before it, and the process over all of them", async () => {
  for (const path of FILES) {
    write(path, `V=${path}\nEMPTY=${path}\n`);
    const { variables, files } = await open().of("staging");
    expect(variables.V).toBe(path);
    expect(files.get("V")).toBe(join(root, path));
  }
  const { variables, files } = await open({ V: "process", EMPTY: "" }).of("staging");
  expect(variables).toMatchObject({ V: "process", EMPTY: "" });
  expect([...files]).toEqual([]);
});

test("a target's file is its own: other targets and the process do not know what it says", async () => {
  write("cwd/.env", "SHARED=all\n");
  write("config/.env.production", "SECRET=of production\nBOTH=1\n");
  write("cwd/.env.staging", "ONLY=staging\nBOTH=1\n");
  write("cwd/.env.staging.local", "ONLY=never read\n");
  const before = { ...process.env };
  const files = open();
  const [production, staging] = [await files.of("production"), await files.of("staging")];
  expect(production.variables).toMatchObject({ SHARED: "all", SECRET: "of production" });
  expect(production.variables).not.toHaveProperty("ONLY");
  expect(staging.variables).toMatchObject({ SHARED: "all", ONLY: "staging" });
  expect(staging.variables).not.toHaveProperty("SECRET");
  expect({ ...process.env }).toEqual(before);
  expect(commonEnvironment([production, staging])).toEqual({
    HALOY_CONFIG_DIR: join(root, "client"),
    SHARED: "all",
    BOTH: "1",
  });
  expect(commonEnvironment([staging])).toEqual(staging.variables);
  expect(staging.shared).toEqual({ HALOY_CONFIG_DIR: join(root, "client"), SHARED: "all" });
});

test("no files, and a directory called .env, are no variables", async () => {
  mkdirSync(join(root, "cwd/.env"), { recursive: true });
  const { variables, files } = await open({ A: "1", B: undefined }).of("shop");
  expect(variables).toEqual({ HALOY_CONFIG_DIR: join(root, "client"), A: "1" });
  expect(files.size).toBe(0);
});

test("a file that cannot be understood is told with its line, one that cannot be read with its path", async () => {
  write("cwd/.env.local", "A=1\nwhat is this\n");
  const failure = () =>
    open()
      .of("shop")
      .then(() => expect.unreachable(), errorJson);
  expect(await failure()).toMatchObject({
    code: "CONFIG_INVALID",
    at: { file: join(root, "cwd/.env.local"), line: 2 },
  });
  rmSync(join(root, "cwd/.env.local"));
  // Not even root can read a link to itself.
  symlinkSync(join(root, "cwd/.env.local"), join(root, "cwd/.env.local"));
  expect(await failure()).toMatchObject({
    code: "CONFIG_UNREADABLE",
    at: { file: join(root, "cwd/.env.local") },
  });
});
