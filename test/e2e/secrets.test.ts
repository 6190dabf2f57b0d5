/**
 * A sentinel in every place that takes a secret in this step: it reaches the container, and
 * nothing else that anybody can read.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { haloy } from "../../scripts/environment/haloyd.ts";
import { fetchPage, makeApp } from "./app.ts";
import { startServer, type TestServer } from "./server.ts";

const SENTINEL = "s3ntinel+password/4711";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    settings: { plugins: [{ use: "deploy-docker", with: { healthTimeoutSeconds: 3 } }] },
  });
});
afterAll(() => server?.stop());

test("a secret of the environment or of a provider reaches the app and is shown nowhere", async () => {
  const app = await makeApp("secrets", {
    server: server.haloyd.server,
    plugins: ["./provider.ts"],
    secret_providers: { fixed: { app: { value: SENTINEL } } },
    env: [
      { name: "FROM_ENV", from: { env: "SENTINEL" } },
      { name: "FROM_SECRET", from: { secret: "fixed:app:key" } },
    ],
  });
  writeFileSync(
    join(app.dir, "provider.ts"),
    `import { z } from "${join(import.meta.dirname, "../../node_modules/zod/index.js")}";
     import { Secret } from "${join(import.meta.dirname, "../../plugin.ts")}";
     export default {
       name: "fixed",
       options: z.strictObject({}),
       strategies: { resolveSecret: { fixed: z.strictObject({}) } },
       setup: () => ({
         resolveSecret: {
           fixed: ({ keys, options }) =>
             Object.fromEntries(keys.map((key) => [key, new Secret(options.value)])),
         },
       }),
     };`,
  );
  const env = { ...server.env, SENTINEL };
  const outputs: string[] = [];
  const run = async (...args: string[]) => {
    const finished = await haloy(args, { cwd: app.dir, env });
    outputs.push(finished.stdout, finished.stderr);
    return finished;
  };

  // The app shows that it has both values without printing them.
  app.command(
    "/bin/busybox",
    "sh",
    "-c",
    `[ "$FROM_ENV" = "$FROM_SECRET" ] && echo "\${#FROM_ENV} characters" > /www/index.html; exec /bin/busybox httpd -f -p 8080 -h /www`,
  );
  app.write("x");
  const deployed = await run("deploy", "--json");
  expect(deployed.code, deployed.stdout).toBe(0);
  const page = await fetchPage(server.caddy.httpPort, app.host);
  expect(page.body).toBe(`${SENTINEL.length} characters`);

  // A version that prints its environment and dies: its log is evidence, the secret is not.
  app.command("/bin/busybox", "sh", "-c", "/bin/busybox env; exit 1");
  const failed = await run("deploy", "--json");
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain("FROM_ENV=***");

  await run("status", "--json");
  await run("plan", "--json");
  await run("rollback-targets", "--json");
  await run("validate-config", "--show-resolved-config");
  const back = await run("rollback", JSON.parse((await run("status", "--json")).stdout).deployment);
  expect(back.code, back.stderr).toBe(0);
  expect((await fetchPage(server.caddy.httpPort, app.host)).body).toBe(page.body);

  const api = await fetch(`${server.haloyd.url}/v1/rollback/secrets`, {
    headers: { authorization: `Bearer ${server.haloyd.token}` },
  });
  outputs.push(await api.text());
  const forms = [
    SENTINEL,
    encodeURIComponent(SENTINEL),
    Buffer.from(SENTINEL).toString("base64").slice(0, -4),
  ];
  for (const form of forms) {
    for (const output of outputs) expect(output).not.toContain(form);
    // Everything haloyd has on disk, its log included.
    expect(filesWith(form, join(server.haloyd.dataDir, ".."))).toEqual([]);
  }
  await run("stop", "--remove-containers");
});

function filesWith(text: string, dir: string): string[] {
  try {
    return execFileSync("grep", ["-rlaF", "--", text, dir], { encoding: "utf8" })
      .trim()
      .split("\n");
  } catch {
    // grep ends with 1 when nothing was found.
    return [];
  }
}
