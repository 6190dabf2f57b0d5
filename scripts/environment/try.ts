/**
 * Try every part once: `node scripts/environment/try.ts`.
 *
 * Starts all engines and a Caddy at the same time, builds, runs, fetches and saves an image on
 * each, then stops them and looks for anything left behind.
 *
 * @module
 */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { extract } from "tar-stream";
import { startCaddy } from "./caddy.ts";
import { run } from "./command.ts";
import { type Engine, type EngineKind, startEngine } from "./engine.ts";
import { ensureBusybox } from "./packages.ts";
import { openGet } from "./socket.ts";

const KINDS: readonly EngineKind[] = ["20.10", "28-overlay2", "28-containerd"];

const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
COPY index.html /www/index.html
CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
`;

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "haloy-try-"));
  const context = await makeContext(join(dir, "context"));
  const [engines, caddy] = await timed("start three engines and Caddy", () =>
    Promise.all([
      Promise.all(KINDS.map((kind, index) => startEngine(kind, { dir: join(dir, kind), index }))),
      startCaddy({ dir: join(dir, "caddy") }),
    ]),
  );
  console.log(`Caddy ${(await run(caddy.binary, ["version"])).trim()} at ${caddy.adminUrl}`);
  for (const engine of engines) await tryEngine(engine, context);

  const pids = descendants(process.pid);
  await timed("stop everything", () => Promise.all([...engines, caddy].map((part) => part.stop())));
  const processes = pids.filter((pid) => nameOf(pid) !== undefined);
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const mounted = mounts.filter((line) => line.includes(dir));
  console.log(`left of ${pids.length} processes: ${processes.length}; mounts: ${mounted.length}`);
  rmSync(dir, { recursive: true });
  process.exitCode = processes.length + mounted.length === 0 ? 0 : 1;
}

async function tryEngine(engine: Engine, context: string): Promise<void> {
  const { version, store, hasBuildx, dockerCli } = engine;
  console.log(`\nDocker ${version}, ${store} store, buildx ${hasBuildx}, ${dockerCli}`);
  const docker = (...args: string[]) => run(dockerCli, ["--host", engine.host, ...args]);
  await timed("build with BuildKit", () =>
    run(dockerCli, ["--host", engine.host, "build", "--tag", "try", context], {
      env: { DOCKER_BUILDKIT: "1" },
    }),
  );
  if (hasBuildx) await timed("build with buildx", () => docker("buildx", "build", context));
  await docker("network", "create", "haloy");
  await timed("run", () => docker("run", "--detach", "--network=haloy", "--name=web", "try"));
  const format = "{{.NetworkSettings.Networks.haloy.IPAddress}}";
  const address = (await docker("inspect", "--format", format, "web")).trim();
  console.log(`http://${address}:8080/ says ${JSON.stringify(await fetchSoon(address))}`);
  const byName = ["exec", "web", "/bin/busybox", "wget", "-qO-", "http://web:8080/"];
  console.log(`a container finds "web": ${(await docker(...byName)).trim() !== ""}`);
  for (const entry of (await savedEntries(engine, "try")).slice(0, 30)) console.log(`  ${entry}`);
}

async function makeContext(dir: string): Promise<string> {
  mkdirSync(dir);
  copyFileSync(await ensureBusybox(), join(dir, "busybox"));
  writeFileSync(join(dir, "index.html"), "hello\n");
  writeFileSync(join(dir, "Dockerfile"), DOCKERFILE);
  return dir;
}

async function fetchSoon(address: string): Promise<string> {
  for (let attempts = 0; ; attempts++) {
    try {
      return await (await fetch(`http://${address}:8080/`)).text();
    } catch (error) {
      if (attempts === 50) throw error;
      await delay(100);
    }
  }
}

async function savedEntries(engine: Engine, image: string): Promise<string[]> {
  const response = await openGet(engine.socketPath, `/images/${image}/get`);
  const entries: string[] = [];
  for await (const entry of response.pipe(extract())) {
    entries.push(`${entry.header.name} ${entry.header.size}`);
    entry.resume();
  }
  return entries;
}

/** Every process below one, found by asking each process for its parent. */
function descendants(ancestor: number): number[] {
  const known = new Set([ancestor]);
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  for (let before = 0; before !== known.size; ) {
    before = known.size;
    for (const pid of pids) if (known.has(parentOf(pid))) known.add(pid);
  }
  known.delete(ancestor);
  return [...known];
}

function parentOf(pid: number): number {
  return Number(/^PPid:\t(\d+)$/m.exec(statusOf(pid))?.[1] ?? 0);
}

function nameOf(pid: number): string | undefined {
  return /^Name:\t(.+)$/m.exec(statusOf(pid))?.[1];
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

async function timed<Result>(what: string, act: () => Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await act();
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(2)} s`);
  return result;
}

await main();
