/**
 * The stock Haloy command against our haloyd: on loopback, where it sends no image, and by a host
 * name over HTTPS, where it sends the whole archive (Engine 20.10) or single layers (28).
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fetchPage, makeApp } from "../e2e/app.ts";
import { startServer } from "../e2e/server.ts";
import { stockHaloy } from "./cli.ts";
import { type Front, startFront } from "./front.ts";
import { removeTags } from "./images.ts";

const HOST = "haloy.test";

test.each([
  { engine: "20.10", runtime: "node" },
  { engine: "28-containerd", runtime: "deno" },
] as const)(
  "the stock command deploys, replaces, rolls back and stops an app on loopback (engine $engine, haloyd under $runtime)",
  async ({ engine, runtime }) => {
    const server = await startServer({ engine, runtime });
    try {
      await mainJob(server, { server: server.haloyd.server, name: `stock-${engine.slice(0, 2)}` });
    } finally {
      await server.stop();
    }
  },
);

test.each([
  { client: "20.10", engine: "28-containerd", way: "archive", runtime: "node" },
  { client: "20.10", engine: "28-overlay2", way: "archive", runtime: "bun" },
  { client: "28-overlay2", engine: "20.10", way: "layers", runtime: "deno" },
  { client: "28-containerd", engine: "28-overlay2", way: "layers", runtime: "node" },
  { client: "28-overlay2", engine: "28-containerd", way: "layers", runtime: "bun" },
] as const)(
  "by a host name over HTTPS it sends the $way from engine $client to engine $engine (haloyd under $runtime)",
  async ({ client, engine, way, runtime }) => {
    const server = await startServer({ engine, client, runtime });
    const dir = mkdtempSync(join(tmpdir(), "haloy-front-"));
    let front: Front | undefined;
    try {
      front = await startFront(dir, HOST, server.haloyd.server);
      await mainJob(server, { server: front.server, name: `stock-${client}`, front });

      const uploads = (path: string) =>
        front?.requests().filter(({ request }) => request === `POST /v1/images/${path}`) ?? [];
      if (way === "archive") {
        expect(uploads("upload")).toHaveLength(2);
        expect(uploads("layers")).toHaveLength(0);
      } else {
        // Two layers for the first version; for the second only the one that differs.
        expect(uploads("layers")).toHaveLength(3);
        expect(uploads("layers/assemble")).toHaveLength(2);
        expect(uploads("upload")).toHaveLength(0);
      }
      expect(uploads("disk-space-check")).toHaveLength(2);
    } finally {
      await front?.stop();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  },
);

/** Deploy two versions, look at them, go back to the first, and stop it, all by the command. */
async function mainJob(
  server: Awaited<ReturnType<typeof startServer>>,
  { server: address, name: wish, front }: { server: string; name: string; front?: Front },
): Promise<void> {
  const name = wish.replaceAll(".", "-");
  const app = await makeApp(name, {
    server: address,
    env: [{ name: "SECRET", from: { env: "STOCK_SECRET" } }],
  });
  // The first process of a container ends at SIGTERM only when it asks for it.
  const serve =
    "trap exit TERM; echo serving $SECRET; /bin/busybox httpd -f -p 8080 -h /www & wait";
  app.command("/bin/busybox", "sh", "-c", serve);
  const env = {
    ...server.env,
    STOCK_SECRET: "of the first version",
    ...(front ? { SSL_CERT_FILE: front.authority } : {}),
  };
  const haloy = async (...args: string[]) => {
    const host = front ? { host: front.host } : {};
    const { code, stdout, stderr } = await stockHaloy(args, { cwd: app.dir, env, ...host });
    return { code, said: `${stdout}${stderr}` };
  };
  // Docker's containerd store can lose a cached layer's parent while other tests remove images
  // of the same engine. That is between docker and its cache, so it is asked once more.
  const deploy = async () => {
    const { said } = await haloy("deploy");
    return /parent snapshot \S+ does not exist/.test(said) ? (await haloy("deploy")).said : said;
  };
  const page = () => fetchPage(server.caddy.httpPort, app.host);

  // The command's exit code says nothing: it is 0 after a failed deployment, too.
  app.write("version 1");
  expect(await deploy()).toContain(`Deployed ${name} → https://${app.host}`);
  expect(await page()).toEqual({ status: 200, body: "version 1" });
  env.STOCK_SECRET = "of the second version";
  app.write("version 2");
  expect(await deploy()).toContain(`Deployed ${name} → https://${app.host}`);
  expect(await page()).toEqual({ status: 200, body: "version 2" });
  expect(await server.containers(name)).toHaveLength(1);

  const status = await haloy("status");
  expect(status).toMatchObject({ code: 0, said: expect.stringMatching(/running/i) });
  expect(status.said).toContain(app.host);

  const logs = await haloy("logs", "--no-follow");
  expect(logs).toMatchObject({ code: 0, said: expect.stringContaining("serving of the second") });

  const targets = await haloy("rollback-targets");
  const [first, ...more] = new Set(targets.said.match(/\b[0-9a-z]{26}\b/g));
  expect(more).toEqual([]);

  // The command sent the values in clear; they come back with the release, and to nobody else.
  const { url, token } = server.haloyd;
  const kept = await fetch(`${url}/v1/rollback/${name}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await kept.text()).not.toMatch(/of the (?:first|second) version/);
  const back = await haloy("rollback", String(first));
  expect(back.said).toContain(`Rolled ${name} back to ${first}`);
  expect(await page()).toEqual({ status: 200, body: "version 1" });
  expect((await haloy("logs", "--no-follow")).said).toContain("serving of the first");

  expect((await haloy("stop", "--remove-containers")).code).toBe(0);
  expect(await server.containers(name)).toEqual([]);
  expect((await page()).status).toBe(404);
  rmSync(app.dir, { recursive: true, force: true });
  await removeTags(name);
}
