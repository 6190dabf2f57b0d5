/**
 * The main job against `docker save | docker load`: first deploy, unchanged redeploy and a change
 * in a 3 MB application layer of a 300 MB image; start-up of the command; memory of both sides.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { startCaddy } from "../environment/caddy.ts";
import { type Engine, type EngineKind, startEngine } from "../environment/engine.ts";
import {
  run as command,
  type Haloyd,
  ROOT,
  type Runtime,
  startHaloyd,
} from "../environment/haloyd.ts";
import { changeApp, writeImage } from "./image.ts";
import { countingRelay, type Measured, measure, median, memoryOf } from "./measure.ts";
import { type Move, printMoves, printStartUp } from "./report.ts";
import { startUp } from "./start-up.ts";

/** Rounds of the changes that a user makes often. */
const ROUNDS = 3;

/** Measure and print. `HALOY_BENCH_ENGINE` chooses the engine of both sides, default 20.10. */
export async function run(): Promise<void> {
  const kind = (process.env.HALOY_BENCH_ENGINE ?? "20.10") as EngineKind;
  const runtime = (process.env.HALOY_RUNTIME ?? "node") as Runtime;
  const dir = mkdtempSync(join(tmpdir(), "haloy-bench-"));
  const stops: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })];
  try {
    console.log(`Starting two Docker Engines (${kind}), Caddy and haloyd (${runtime})…`);
    const local = await startEngine(kind, { dir: join(dir, "local"), index: 3 });
    stops.push(() => local.stop());
    const remote = await startEngine(kind, { dir: join(dir, "remote"), index: 4 });
    stops.push(() => remote.stop());
    const caddy = await startCaddy({ dir: join(dir, "caddy") });
    stops.push(() => caddy.stop());
    const haloyd = await startHaloyd({
      dir: join(dir, "haloyd"),
      runtime,
      engineHost: remote.host,
      caddyAdmin: caddy.adminUrl,
      httpPort: caddy.httpPort,
    });
    stops.push(() => haloyd.stop());
    await moves({ dir: join(dir, "app"), local, remote, haloyd, runtime });
    printStartUp(await startUp());
  } finally {
    while (stops.length > 0) await stops.pop()?.();
  }
}

interface Bench {
  readonly dir: string;
  readonly local: Engine;
  readonly remote: Engine;
  readonly haloyd: Haloyd;
  readonly runtime: Runtime;
}

async function moves({ dir, local, remote, haloyd, runtime }: Bench): Promise<void> {
  console.log("Writing and building a 300 MB image…");
  await writeImage(dir);
  const relay = await countingRelay(Number(haloyd.server.split(":")[1]));
  writeFileSync(
    join(dir, "haloy.yaml"),
    stringify({
      name: "bench",
      server: relay.address,
      image: { build_config: { context: "." } },
      domains: [{ domain: "bench.localhost" }],
    }),
  );
  const env = {
    ...process.env,
    HALOY_RUNTIME: runtime,
    HALOY_API_TOKEN: haloyd.token,
    DOCKER_HOST: local.host,
    PATH: `${dirname(local.dockerCli)}:${process.env.PATH}`,
  };
  const deploy = () => measure(join(ROOT, "bin/haloy"), ["deploy", "--json"], { cwd: dir, env });
  const docker = (engine: Engine, ...args: string[]) =>
    command(engine.dockerCli, ["-H", engine.host, ...args]);
  /** What a user would do without us. The image has another name: nothing is shared. */
  const saveLoad = async (name: string) => {
    const pipe = `"${local.dockerCli}" -H ${local.host} save ${name} | "${remote.dockerCli}" -H ${remote.host} load`;
    const began = performance.now();
    const { code, stderr } = await command("sh", ["-c", pipe]);
    if (code !== 0) throw new Error(stderr);
    return (performance.now() - began) / 1000;
  };
  const build = async (name: string) => {
    const { code, stderr } = await command(
      local.dockerCli,
      ["-H", local.host, "build", "-q", "-t", name, dir],
      { env: { ...env, DOCKER_BUILDKIT: "1" } },
    );
    if (code !== 0) throw new Error(stderr);
  };

  const idle = memoryOf(haloyd.pid).residentBytes;
  await build("bench:latest");
  relay.take();
  const table: Move[] = [];
  const first = await deploy();
  table.push(move("first deploy", [first], [relay.take()], []));

  const unchanged: Measured[] = [];
  const unchangedBytes: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    unchanged.push(await deploy());
    unchangedBytes.push(relay.take());
  }
  const unchangedLoad: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    unchangedLoad.push(await saveLoad("bench:latest"));

  const changed: Measured[] = [];
  const changedBytes: number[] = [];
  const changedLoad: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    changeApp(dir, 10 + round);
    await build("bench:latest");
    changed.push(await deploy());
    changedBytes.push(relay.take());
    // A change of the same size that the server has not seen.
    changeApp(dir, 100 + round);
    await build("other:latest");
    changedLoad.push(await saveLoad("other:latest"));
  }
  const peak = memoryOf(haloyd.pid).peakBytes;

  // Everything away, for the first load of the whole image.
  await command(join(ROOT, "bin/haloy"), ["stop", "--remove-containers"], { cwd: dir, env });
  await docker(remote, "image", "prune", "--all", "--force");
  const firstLoad = await saveLoad("bench:latest");

  const start = await containerStart(docker, remote);
  table[0] = { ...(table[0] as Move), saveLoadSeconds: firstLoad };
  table.push(move("unchanged redeploy", unchanged, unchangedBytes, unchangedLoad));
  table.push(move("change in the 3 MB layer", changed, changedBytes, changedLoad));
  printMoves(table, {
    containerStartSeconds: start,
    idleBytes: idle,
    peakBytes: peak,
    cliPeakBytes: Math.max(...[first, ...unchanged, ...changed].map(({ peakBytes }) => peakBytes)),
  });
  relay.close();
}

/** What the engine itself needs to create and start a container of the image (seconds). */
async function containerStart(
  docker: (engine: Engine, ...args: string[]) => Promise<{ stdout: string }>,
  engine: Engine,
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    const { stdout } = await docker(engine, "run", "-d", "bench:latest");
    times.push((performance.now() - began) / 1000);
    await docker(engine, "rm", "-f", stdout.trim());
  }
  return median(times);
}

function move(
  name: string,
  runs: readonly Measured[],
  bytes: readonly number[],
  saveLoad: readonly number[],
): Move {
  for (const { code, stdout } of runs) if (code !== 0) throw new Error(stdout);
  const stages = runs.map(({ stdout }) => stagesOf(stdout));
  const stage = (wanted: string) => median(stages.map((seconds) => seconds[wanted] ?? 0));
  return {
    name,
    seconds: median(runs.map(({ seconds }) => seconds)),
    buildSeconds: stage("build"),
    pushSeconds: stage("push"),
    deploySeconds: stage("deploy"),
    wireBytes: median(bytes),
    saveLoadSeconds: median(saveLoad),
  };
}

/** Seconds of each stage, from the command's own events. */
function stagesOf(stdout: string): Record<string, number> {
  const seconds: Record<string, number> = {};
  for (const line of stdout.trim().split("\n")) {
    const event = JSON.parse(line) as { type: string; stage?: string; elapsedMs?: number };
    if (event.type === "stage:end" && event.stage) {
      seconds[event.stage] = (event.elapsedMs ?? 0) / 1000;
    }
  }
  return seconds;
}
