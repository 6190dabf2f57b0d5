import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ROOT, RUNTIMES, temporaryDirectory } from "./haloy.ts";

/** A server that takes connections and says nothing. Resolves `asked` at the first one. */
async function silentServer(): Promise<{ address: string; asked: Promise<void> }> {
  const asked = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.on("error", () => {});
    asked.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("no port");
  return { address: `127.0.0.1:${at.port}`, asked: asked.promise };
}

/** Run a command that waits for the server, and say what happens to it. */
async function waiting(args: readonly string[], runtime: string, plugin = "") {
  const { address, asked } = await silentServer();
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, "stubborn.mjs"), plugin);
  await writeFile(
    join(cwd, "haloy.yaml"),
    `name: shop\nserver: "${address}"\nimage: nginx:alpine\n${plugin && "plugins: [./stubborn.mjs]\n"}`,
  );
  const child = spawn(join(ROOT, "bin", "haloy"), args, {
    cwd,
    env: { ...process.env, HOME: cwd, HALOY_RUNTIME: runtime, HALOY_API_TOKEN: "token" },
    stdio: "pipe",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  const heard = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => output.stderr.includes(text) && resolve();
      child.stderr.on("data", look);
      look();
    });
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, output, heard, ended, asked };
}

describe.each(RUNTIMES)("under %s", (runtime) => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s cancels and exits 130",
    async (signal) => {
      const { child, output, ended, asked } = await waiting(["status"], runtime);
      await asked;
      child.kill(signal);
      expect(await ended).toBe(130);
      expect(output.stderr).toContain("Cancelling…");
      expect(output.stderr).toContain("[ABORTED]");
      expect(output.stdout).toBe("");
    },
  );
});

test("with --json the cancelled run ends with its error", async () => {
  const { child, output, ended, asked } = await waiting(["deploy", "--json"], "node");
  await asked;
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  const events = output.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events[0]).toMatchObject({ type: "run:start", operation: "deploy", seq: 0 });
  expect(events.at(-1)).toMatchObject({ type: "error", code: "ABORTED" });
});

test("a second Ctrl-C does not wait for work that does not end", async () => {
  const stubborn = `
    import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
    export default {
      name: "stubborn",
      options: z.strictObject({}),
      setup: () => ({
        verify() {
          console.error("stuck");
          return new Promise((resolve) => setTimeout(resolve, 60_000));
        },
      }),
    };`;
  const { child, heard, ended } = await waiting(["plan"], "node", stubborn);
  await heard("stuck");
  child.kill("SIGINT");
  await heard("Cancelling…");
  const stillThere = await Promise.race([
    ended,
    new Promise((later) => setTimeout(later, 300, "yes")),
  ]);
  child.kill("SIGINT");
  expect([stillThere, await ended]).toEqual(["yes", 130]);
});
