/**
 * Ctrl-C: the command ends with 130, and the server goes back to what it was.
 */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, type Runtime } from "../../scripts/environment/haloyd.ts";
import { fetchPage, makeApp } from "./app.ts";
import { startServer, type TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.stop());

test.each(["node", "deno", "bun"] as const)(
  "Ctrl-C while the new version is being checked (%s)",
  async (runtime) => {
    const app = await makeApp(`cancel-${runtime}`, { server: server.haloyd.server });
    app.write("old");
    expect((await server.haloy(app, "deploy")).code).toBe(0);
    const before = await server.containers(app.name);

    app.write("new", { min_ready_seconds: 60 });
    const { code, output } = await interruptAt("checking", app.dir, runtime);
    expect(code, output).toBe(130);

    expect(await server.containers(app.name)).toEqual(before);
    expect((await fetchPage(server.caddy.httpPort, app.host)).body).toBe("old");
    const status = JSON.parse((await server.haloy(app, "status", "--json")).stdout);
    expect(status.latest.state).toBe("cancelled");
    await server.haloy(app, "stop", "--remove-containers");
  },
);

/** Deploy and send SIGINT as soon as the deployment is in `state`. */
function interruptAt(
  state: string,
  cwd: string,
  runtime: Runtime,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(ROOT, "bin/haloy"), ["deploy", "--json"], {
      cwd,
      env: { ...process.env, ...server.env, HALOY_RUNTIME: runtime },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let sent = false;
    const read = (chunk: string) => {
      output += chunk;
      if (sent || !output.includes(`"state":"${state}"`)) return;
      sent = true;
      child.kill("SIGINT");
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
