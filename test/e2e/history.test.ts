/**
 * Mistakes under `image.history` are told before anything is built.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApp, type TestApp } from "./app.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
let app: TestApp;
beforeAll(async () => {
  server = await startServer();
  app = await makeApp("history-mistakes", { server: server.haloyd.server });
  writeFileSync(
    join(app.dir, "keeper.ts"),
    `import { z } from "${join(import.meta.dirname, "../../node_modules/zod/index.js")}";
     export default {
       name: "keeper",
       options: z.strictObject({}),
       strategies: { retain: { keeper: z.strictObject({ days: z.int() }) } },
       setup: () => ({ retain: { keeper: () => ({ keep: [], remove: [] }) } }),
     };`,
  );
});
afterAll(() => server?.stop());

const write = (history: object, config = {}) =>
  app.write("never", { image: { build_config: { context: "." }, history }, ...config });

async function refused(
  command: string,
): Promise<{ error: Record<string, unknown>; stages: string[] }> {
  const { code, stdout } = await server.haloy(app, command, "--json");
  expect(code, stdout).toBe(1);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const stages = lines.flatMap(({ type, stage }) => (type === "stage:start" ? [stage] : []));
  return { error: lines.at(-1).error ?? lines.at(-1), stages };
}

test.each(["plan", "deploy"])(
  "%s refuses a strategy that the server does not have",
  async (command) => {
    write({ strategy: "nonsense" });
    const { error, stages } = await refused(command);
    expect(error).toMatchObject({
      code: "STRATEGY_UNKNOWN",
      message: expect.stringContaining('"nonsense"'),
      at: { file: join(app.dir, "haloy.yaml"), line: expect.any(Number) },
    });
    expect(error.message).toMatch(/has local, none/);
    expect(stages).not.toContain("build");
  },
);

test("a strategy that only a plugin here has is refused, too, after its options", async () => {
  write({ strategy: "keeper", days: "many" }, { plugins: ["./keeper.ts"] });
  expect((await refused("plan")).error).toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("days"),
    at: { line: expect.any(Number) },
  });
  write({ strategy: "keeper", days: 3 }, { plugins: ["./keeper.ts"] });
  expect((await refused("plan")).error).toMatchObject({ code: "STRATEGY_UNKNOWN" });
});

test("validate-config shows the line of an option that its strategy does not know", async () => {
  write({ strategy: "local", cuont: 2 });
  const { code, stderr } = await server.haloy(app, "validate-config");
  expect(code).toBe(1);
  expect(stderr).toMatch(/haloy\.yaml:\d+:\d+ {2}image\.history\.cuont/);
  expect(stderr).toContain('Did you mean "count"?');
});
