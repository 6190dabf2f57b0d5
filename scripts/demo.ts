/**
 * `npm run demo`: the whole story on this machine, with real parts. Starts haloyd, deploys an app,
 * replaces it under load, rolls back, prints what happened, and cleans up what it started.
 *
 * @module
 */

import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { startCaddy } from "./environment/caddy.ts";
import { ensureEngine, startEngine } from "./environment/engine.ts";
import { haloy, ROOT, run, startHaloyd } from "./environment/haloyd.ts";
import { ensureBusybox } from "./environment/packages.ts";
import { type LoadResult, startLoad } from "./load.ts";

/** A row of the table at the end. */
interface Row {
  readonly step: string;
  readonly seconds: number;
  readonly bytesSent: number | null;
  readonly load: LoadResult | null;
}

const dir = mkdtempSync(join(tmpdir(), "haloy-demo-"));
const cleanups: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })];
const rows: Row[] = [];

process.once("SIGINT", () => void cleanUp().then(() => process.exit(130)));
try {
  await demo();
} catch (error) {
  console.error(`\n✖ ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}

async function demo(): Promise<void> {
  say("Making sure of a Docker Engine and of Caddy");
  const engine = await ensureEngine({ dir: join(dir, "engine") });
  cleanups.push(() => engine.stop());
  // An engine that we started ourselves can have a second one beside it, so that the image really
  // travels; where one was there already, haloyd shares it and nothing needs to be sent.
  const own = engine.dataRoot.startsWith(dir);
  const remote = own ? await startEngine("20.10", { dir: join(dir, "server"), index: 1 }) : engine;
  if (own) cleanups.push(() => remote.stop());
  const caddy = await startCaddy({ dir: join(dir, "caddy") });
  cleanups.push(() => caddy.stop());
  console.log(`  Docker Engine ${engine.version} at ${engine.host}, Caddy at ${caddy.adminUrl}`);

  say("Starting haloyd with a data directory of its own");
  const haloyd = await startHaloyd({
    dir: join(dir, "haloyd"),
    engineHost: remote.host,
    caddyAdmin: caddy.adminUrl,
    httpPort: caddy.httpPort,
  });
  cleanups.push(() => haloyd.stop());
  cleanups.push(() => cli(["stop", "--remove-containers"], false));
  console.log(`  haloyd at ${haloyd.url}`);

  // A copy, so that the second version changes nothing in the repository.
  const app = join(dir, "hello");
  cpSync(join(ROOT, "examples/hello"), app, { recursive: true });
  copyFileSync(await ensureBusybox(), join(app, "busybox"));
  const config = join(app, "haloy.yaml");
  const text = (await import("node:fs")).readFileSync(config, "utf8");
  writeFileSync(config, text.replace("127.0.0.1:9922", haloyd.server));

  /** Run the real command; its NDJSON tells the bytes sent. */
  async function cli(args: readonly string[], must = true): Promise<{ bytesSent: number | null }> {
    const path = `${join(engine.dockerCli, "..")}:${process.env.PATH}`;
    const finished = await haloy([...args, "--json"], {
      cwd: app,
      env: { HALOY_API_TOKEN: haloyd.token, DOCKER_HOST: engine.host, PATH: path },
    });
    if (finished.code !== 0 && must) {
      throw new Error(`haloy ${args.join(" ")} failed:\n${finished.stdout}${finished.stderr}`);
    }
    const last = finished.stdout.trim().split("\n").at(-1) ?? "{}";
    const result = JSON.parse(last) as { push?: { bytesSent: number } | null };
    return { bytesSent: result.push?.bytesSent ?? null };
  }

  async function step(name: string, args: readonly string[], underLoad: boolean): Promise<void> {
    say(name);
    const load = underLoad
      ? startLoad({ port: caddy.httpPort, host: "hello.localhost", clients: 8 })
      : null;
    const began = performance.now();
    const { bytesSent } = await cli(args);
    const seconds = (performance.now() - began) / 1000;
    const seen = (await load?.stop()) ?? null;
    rows.push({ step: name, seconds, bytesSent, load: seen });
    console.log(`  http://hello.localhost:${caddy.httpPort} answers: ${await fetchBody()}`);
  }

  const fetchBody = () =>
    new Promise<string>((resolve, reject) => {
      const headers = { host: "hello.localhost" };
      get({ host: "127.0.0.1", port: caddy.httpPort, headers }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk) => {
          body += chunk;
        });
        response.once("end", () => resolve(body.trim()));
      }).once("error", reject);
    });

  await step("haloy deploy (version 1)", ["deploy"], false);
  writeFileSync(join(app, "www/index.html"), "Hello from version 2\n");
  await step("haloy deploy (version 2, under load)", ["deploy"], true);
  await step("haloy deploy (unchanged, under load)", ["deploy"], true);
  await step("haloy rollback (under load)", ["rollback", await versionOne()], true);

  /** The first release: going back one step from an unchanged redeploy would change nothing. */
  async function versionOne(): Promise<string> {
    const finished = await haloy(["rollback-targets", "--json"], {
      cwd: app,
      env: { HALOY_API_TOKEN: haloyd.token },
    });
    const { releases } = JSON.parse(finished.stdout) as { releases: { deployment: string }[] };
    return releases.at(-1)?.deployment ?? "";
  }

  if ((await fetchBody()) !== "Hello from version 1") throw new Error("The rollback did not serve");
  print();
  const failed = rows.reduce((sum, { load }) => sum + (load?.failed ?? 0), 0);
  if (failed > 0) {
    const said = rows.flatMap(({ load }) => load?.failures ?? []);
    throw new Error(`${failed} requests failed: ${said.join("; ")}`);
  }
  await run(engine.dockerCli, ["-H", engine.host, "image", "rm", "hello:latest"]);
}

function print(): void {
  const table = new Table({
    head: ["step", "seconds", "bytes sent", "requests", "failed requests"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right", "right"],
  });
  for (const { step, seconds, bytesSent, load } of rows) {
    table.push([
      step,
      seconds.toFixed(2),
      bytesSent === null ? "–" : String(bytesSent),
      load ? String(load.requests) : "–",
      load ? String(load.failed) : "–",
    ]);
  }
  console.log(`\n${table.toString()}`);
}

function say(text: string): void {
  console.log(`▸ ${text}`);
}

async function cleanUp(): Promise<void> {
  while (cleanups.length > 0) {
    await Promise.resolve(cleanups.pop()?.()).catch((error) => console.error(String(error)));
  }
}
