/**
 * Real Docker engines for tests, the demo and the benchmark: several kinds, also at the same time.
 *
 * @module
 *
 * @example
 * ```ts
 * const engine = await startEngine("28-containerd", { dir: "/tmp/haloy-a" });
 * await run(engine.dockerCli, ["--host", engine.host, "info"]);
 * await engine.stop();
 * ```
 */
import { existsSync, readFileSync } from "node:fs";
import { attempt, findProgram } from "./command.ts";
import { type Launched, launch } from "./launch.ts";
import { ensurePackages } from "./packages.ts";
import { type DebianRoot, ensureRoot } from "./root.ts";
import { answers, type EngineFacts, readFacts } from "./socket.ts";

/** An engine that answers. */
export interface Engine {
  /** For `DOCKER_HOST`: `unix:///path/docker.sock`. */
  readonly host: string;
  readonly socketPath: string;
  readonly version: string;
  /** How images are kept: by a graph driver (overlay2) or in containerd's content store. */
  readonly store: "graph" | "containerd";
  readonly dataRoot: string;
  /** Absolute path of a Docker CLI that fits the engine. */
  readonly dockerCli: string;
  readonly hasBuildx: boolean;
  /** End the engine and its containers at once; does nothing to an engine that was already there. */
  stop(): Promise<void>;
}

/** 20.10 is Debian 12's Docker; 28 is Debian sid's, with either image store. */
export type EngineKind = "20.10" | "28-overlay2" | "28-containerd";

/** Where an engine lives. */
export interface EngineOptions {
  /** A folder of its own, on ext4 or the like, used for one run: network addresses differ in the next. */
  readonly dir: string;
  /** Which block of addresses to try first, 0 to 9; a taken one is passed over. */
  readonly index?: number;
}

// Fits the dockerd of the same package; PATH may find another one first.
const PACKAGED_CLI = "/usr/bin/docker";
const HOST_PACKAGES = ["docker.io", "containerd", "runc", "iptables", "iproute2"];
const SID_PACKAGES = ["docker.io", "docker-cli", "docker-buildx", "containerd", "runc", "iptables"];
const BOOKWORM_PACKAGES = ["docker.io", "containerd", "runc", "iptables"];
const SHARED_PACKAGES = ["iproute2", "iptables"];

/** Start an engine of the kind, installing it first when this machine lacks it. */
export async function startEngine(kind: EngineKind, options: EngineOptions): Promise<Engine> {
  const root = await rootOf(kind);
  const isSid = kind !== "20.10";
  const features = isSid ? { "containerd-snapshotter": kind === "28-containerd" } : {};
  const { dir, index = 0 } = options;
  return asEngine(await launch({ root: root.path, dir, index, features }), root.dockerCli);
}

/**
 * The engine that is already there (`DOCKER_HOST` or `/var/run/docker.sock`), else one of our own.
 *
 * Starting one needs root, and installs docker.io on Debian and Ubuntu.
 */
export async function ensureEngine(options: { readonly dir: string }): Promise<Engine> {
  for (const socketPath of [socketOf(process.env.DOCKER_HOST), "/var/run/docker.sock"]) {
    if (socketPath === undefined || !(await answers(socketPath))) continue;
    const facts = await readFacts(socketPath);
    return asEngine({ socketPath, facts, stop: async () => {} }, await hostCli());
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      "Cannot find a Docker engine: none answers at DOCKER_HOST or /var/run/docker.sock; " +
        'run "apt-get install docker.io" and start it, or run this command as root',
    );
  }
  // A Docker from elsewhere (docker-ce) is as good, and would conflict with Debian's.
  if (findProgram("dockerd") === undefined) await ensurePackages(HOST_PACKAGES);
  await ensurePackages(SHARED_PACKAGES);
  const launched = await launch({ root: "/", dir: options.dir, index: 0, features: {} });
  return asEngine(launched, existsSync(PACKAGED_CLI) ? PACKAGED_CLI : await hostCli());
}

async function rootOf(kind: EngineKind): Promise<DebianRoot> {
  await ensurePackages(SHARED_PACKAGES);
  if (kind !== "20.10") return ensureRoot("sid", SID_PACKAGES);
  if (!isBookworm()) return ensureRoot("bookworm", BOOKWORM_PACKAGES);
  await ensurePackages(HOST_PACKAGES);
  return { path: "/", dockerCli: PACKAGED_CLI };
}

function isBookworm(): boolean {
  return /^VERSION_CODENAME="?bookworm"?$/m.test(readFileSync("/etc/os-release", "utf8"));
}

async function hostCli(): Promise<string> {
  const found = findProgram("docker");
  if (found !== undefined) return found;
  await ensurePackages(["docker.io"]);
  return PACKAGED_CLI;
}

function socketOf(host: string | undefined): string | undefined {
  return host?.startsWith("unix://") ? host.slice("unix://".length) : undefined;
}

async function asEngine(
  { socketPath, facts, stop }: Pick<Launched, "socketPath" | "stop"> & { facts: EngineFacts },
  dockerCli: string,
): Promise<Engine> {
  const { version, store, dataRoot } = facts;
  const hasBuildx = (await attempt(dockerCli, ["buildx", "version"])).code === 0;
  const host = `unix://${socketPath}`;
  return { host, socketPath, version, store, dataRoot, dockerCli, hasBuildx, stop };
}
