/**
 * Deploys without the command: the library alone, from a script and from a `haloy.config.ts`.
 */

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, type Runtime, run } from "../../scripts/environment/haloyd.ts";
import { fetchPage, makeApp } from "./app.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ engine: "28-containerd", client: "28-overlay2" });
});
afterAll(() => server?.stop());

const page = (host: string) => fetchPage(server.caddy.httpPort, host);
const runWith = (runtime: Runtime, script: string, ...args: string[]) =>
  run(
    join(ROOT, "node_modules/.bin", runtime),
    [...(runtime === "deno" ? ["run", "-A"] : []), script, ...args],
    { cwd: ROOT, env: { ...process.env, ...server.env } },
  );

test.each(["node", "deno", "bun"] as const)(
  "examples/script/deploy.ts deploys under %s",
  async (runtime) => {
    const app = await makeApp(`script-${runtime}`, { server: server.haloyd.server });
    app.write(`from ${runtime}`);
    const script = join(ROOT, "examples/script/deploy.ts");
    const { code, stdout, stderr } = await runWith(runtime, script, join(app.dir, "haloy.yaml"));
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/runs in 1 container\(s\), \d+ bytes sent/);
    expect(await page(app.host)).toEqual({ status: 200, body: `from ${runtime}` });
    await server.haloy(app, "stop", "--remove-containers");
  },
);

test.each(["node", "deno", "bun"] as const)(
  "haloy.config.ts is a config like any other under %s",
  async (runtime) => {
    const app = await makeApp(`config-${runtime}`, {});
    app.write("typed");
    rmSync(join(app.dir, "haloy.yaml"));
    // Nothing is installed beside it: "haloy" means the copy that runs.
    writeFileSync(
      join(app.dir, "haloy.config.ts"),
      `import { defineConfig } from "haloy";
       export default defineConfig({
         name: "${app.name}",
         server: "${server.haloyd.server}",
         image: { buildConfig: { context: "." } },
         domains: [{ domain: "${app.host}" }],
         env: [{ name: "HOME_OF", from: { env: "HOME" } }],
       });`,
    );
    const deployed = await run(join(ROOT, "bin/haloy"), ["deploy"], {
      cwd: app.dir,
      env: { ...process.env, ...server.env, HALOY_RUNTIME: runtime },
    });
    expect(deployed.stderr).toBe("");
    expect(deployed.code).toBe(0);
    expect((await page(app.host)).body).toBe("typed");
    await server.haloy(app, "stop", "--remove-containers");
  },
);
