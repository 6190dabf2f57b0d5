/**
 * Commands in the user's shell.
 */

import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { runInShell } from "./shell.ts";

const cwd = realpathSync(mkdtempSync(join(tmpdir(), "haloy-shell-")));
afterAll(() => rmSync(cwd, { recursive: true }));

async function run(command: string, { env = {}, signal = new AbortController().signal } = {}) {
  const lines: string[] = [];
  const options = { command, cwd, signal, env: { PATH: process.env.PATH, ...env } };
  const exit = await runInShell({ ...options, onLine: (line) => void lines.push(line) });
  return { exit, lines };
}

test("output of both kinds comes line by line, in the given directory and environment", async () => {
  const { exit, lines } = await run('pwd; echo "$GREETING"; echo bad >&2; printf rest', {
    env: { GREETING: "hello" },
  });
  expect(exit).toEqual({ code: 0 });
  expect(lines.toSorted()).toEqual([cwd, "bad", "hello", "rest"].toSorted());
});

test("the user's shell runs the command, else /bin/sh", async () => {
  const bash = await run('echo "$BASH_VERSION"', { env: { SHELL: "/bin/bash" } });
  expect(bash.lines[0]).toMatch(/^\d+\./);
  const sh = await run("echo $0", { env: { SHELL: "" } });
  expect(sh.lines).toEqual(["/bin/sh"]);
});

test("exit codes, signals and a shell that is not there are told apart", async () => {
  expect((await run("exit 3")).exit).toEqual({ code: 3 });
  expect((await run("kill -KILL $$")).exit).toEqual({
    code: null,
    reason: "it was ended by SIGKILL",
  });
  const { exit } = await run("true", { env: { SHELL: join(cwd, "no-shell") } });
  expect(exit).toEqual({ code: null, reason: expect.stringContaining("ENOENT") });
});

test("a value that no process can be given is refused by its name, without the value", async () => {
  const { exit } = await run("true", { env: { BROKEN: "hunter\u00002" } });
  expect(exit).toEqual({ code: null, reason: "the value of the variable BROKEN has a NUL byte" });
  expect((await run("echo \0")).exit).toEqual({ code: null, reason: "it has a NUL byte" });
});

test("a process left in the background does not keep the command from ending", async () => {
  const began = Date.now();
  const { exit, lines } = await run("sleep 30 & echo $!");
  expect(exit).toEqual({ code: 0 });
  expect(Date.now() - began).toBeLessThan(10_000);
  process.kill(Number(lines[0]));
});

test("a cancellation ends everything the command has started before it is thrown", async () => {
  const abort = new AbortController();
  const lines: string[] = [];
  const running = runInShell({
    command: "sh -c 'echo $$; sleep 60' & sleep 60 & echo $!; wait",
    cwd,
    env: { PATH: process.env.PATH },
    signal: abort.signal,
    onLine: (line) => void lines.push(line),
  });
  const failed = running.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
  while (lines.length < 2) await sleep(20);
  abort.abort(new Error("cancelled"));
  expect(await failed).toMatchObject({ message: "cancelled" });
  for (const pid of lines) expect(() => process.kill(Number(pid), 0)).toThrow(/ESRCH/);
});
