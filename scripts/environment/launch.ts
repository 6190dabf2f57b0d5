/**
 * One dockerd of our own, in namespaces that take everything it started with them when it stops.
 *
 * @module
 */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { claimNetwork, type EngineNetwork, releaseNetwork } from "./network.ts";
import { type Background, signal, startBackground, waitFor } from "./process.ts";
import { answers, type EngineFacts, readFacts } from "./socket.ts";

/** What is needed to start an engine. */
export interface LaunchOptions {
  /** Folder of the Debian release whose programs to use; `/` for the machine's own. */
  readonly root: string;
  /** Holds the socket, the log and the engine's data. */
  readonly dir: string;
  readonly index: number;
  readonly features: Readonly<Record<string, boolean>>;
}

/** An engine that runs. */
export interface Launched {
  readonly socketPath: string;
  readonly facts: EngineFacts;
  stop(): Promise<void>;
}

/** Start an engine and wait until it answers; on failure nothing is left behind. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const dir = resolve(options.dir);
  const socketPath = join(dir, "docker.sock");
  if (socketPath.length > 107) {
    throw new Error(`Cannot listen at ${socketPath}: the kernel takes at most 107 characters`);
  }
  mkdirSync(dir, { recursive: true });
  const network = await claimNetwork(options.index);
  const runFolder = `/run/haloy-test/${network.slot}`; // short, since sockets live in it too
  rmSync(runFolder, { recursive: true, force: true });
  const configFile = join(dir, "daemon.json");
  const config = daemonConfig({ dir, socketPath, runFolder, network, features: options.features });
  writeFileSync(configFile, JSON.stringify(config, null, 2));

  const namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const inside = ["sh", join(import.meta.dirname, "inside.sh"), options.root];
  const command = [...namespaces, ...inside, "dockerd", "--config-file", configFile];
  // The release's programs first: /usr/local/bin may hold others.
  const env = { PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${process.env.PATH ?? ""}` };
  const program = startBackground("dockerd", command, { log: join(dir, "docker.log"), env });
  const stop = async () => {
    await endNamespace(program);
    removeGroups(cgroup(network));
    rmSync(runFolder, { recursive: true, force: true });
    await releaseNetwork(network);
  };
  try {
    await waitFor(program, () => answers(socketPath));
    const facts = await readFacts(socketPath);
    if (!/^overlay/.test(facts.driver)) {
      throw new Error(
        `Cannot use overlay in ${dir}: its file system made Docker use "${facts.driver}"`,
      );
    }
    let stopping: Promise<void> | undefined;
    return { socketPath, facts, stop: () => (stopping ??= stop()) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function daemonConfig(parts: {
  readonly dir: string;
  readonly socketPath: string;
  readonly runFolder: string;
  readonly network: EngineNetwork;
  readonly features: Readonly<Record<string, boolean>>;
}): Record<string, unknown> {
  return {
    hosts: [`unix://${parts.socketPath}`],
    "data-root": join(parts.dir, "data"),
    "exec-root": parts.runFolder,
    pidfile: join(parts.runFolder, "docker.pid"),
    bridge: parts.network.bridge,
    "default-address-pools": [{ base: parts.network.pool, size: 26 }],
    iptables: false,
    ip6tables: false,
    "cgroup-parent": cgroup(parts.network),
    "exec-opts": ["native.cgroupdriver=cgroupfs"],
    features: parts.features,
    "log-level": "warn", // at "info" the reason of a failure drowns
  };
}

/**
 * Kill the first process of the namespace, and with it every other one in there.
 *
 * Not politely: dockerd would wait 10 s for each container that ignores SIGTERM.
 */
async function endNamespace(program: Background): Promise<void> {
  if (!program.isRunning()) return;
  const children = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, "utf8");
  const [first] = children.trim().split(" ");
  signal(first ? Number(first) : program.pid, "SIGKILL");
  await program.ended();
}

function cgroup(network: EngineNetwork): string {
  return `/haloy-test/${network.slot}`;
}

/** Remove the control groups of killed containers: one tree on new kernels, one per controller on old ones. */
function removeGroups(name: string): void {
  const top = "/sys/fs/cgroup";
  for (const tree of ["", ...folders(top)]) {
    const group = join(top, tree, name);
    for (const inner of folders(group)) removeGroup(join(group, inner));
    removeGroup(group);
  }
}

function removeGroup(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Not there, or a process is still leaving it: an empty group costs next to nothing.
  }
}

function folders(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
