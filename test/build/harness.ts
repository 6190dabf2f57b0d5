/**
 * What every test of the build begins with: a folder with a Dockerfile and busybox, the built-in
 * `build` in a plugin host, and one engine.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { EventLog } from "../../core/events.ts";
import { PluginHost, setUpPlugins } from "../../core/host.ts";
import type { BuildRequest, LocalImage } from "../../plugin.ts";
import buildDocker from "../../plugins/build/docker.ts";
import { ensureBusybox } from "../../scripts/environment/packages.ts";
import type { TestEngine } from "../engines.ts";
import { engineAt, removeImages } from "../push/image.ts";

/** How to build. */
export interface BuildOptions {
  /** Path of the docker command. Null: there is none. Default: the one that fits the engine. */
  readonly cli?: string | null;
  readonly request?: Partial<BuildRequest>;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the engine listens, when it is not the engine's own address. */
  readonly host?: string;
}

/** One image to be, in a folder of its own. */
export interface Workshop {
  readonly dir: string;
  readonly reference: string;
  readonly host: PluginHost;
  build(): Promise<LocalImage>;
  /** All that the build said, as its events have it: nothing is masked. */
  said(): Promise<string>;
  /** The arguments of every docker command that ran, one a line. */
  argv(): string;
}

/** Begins a Dockerfile: busybox, also as the shell of `RUN`. */
export const BUSYBOX = "FROM scratch AS busybox\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\n";

const made: { host: string; reference: string; dir: string }[] = [];

afterAll(async () => {
  for (const { host, reference, dir } of made.splice(0)) {
    await removeImages(engineAt(host), reference);
    fs.rmSync(dir, { recursive: true, force: true });
  }
});

/** Write a Dockerfile into a new folder, ready to be built. Removed after the file's tests. */
export async function workshop(
  engine: TestEngine,
  dockerfile: string,
  { cli = engine.dockerCli ?? "/usr/bin/docker", request, env, host }: BuildOptions = {},
): Promise<Workshop> {
  const dir = fs.mkdtempSync(join(tmpdir(), "haloy-build-"));
  const reference = `haloy-test-build/${randomBytes(6).toString("hex")}:1`;
  made.push({ host: engine.host, reference, dir });
  const context = join(dir, "context");
  const argvFile = join(dir, "argv");
  fs.mkdirSync(context);
  fs.mkdirSync(join(dir, "bin"));
  fs.copyFileSync(await ensureBusybox(), join(context, "busybox"));
  fs.writeFileSync(join(context, "Dockerfile"), dockerfile);
  if (cli !== null) {
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" >> '${argvFile}'\nexec '${cli}' "$@"\n`;
    fs.writeFileSync(join(dir, "bin/docker"), script, { mode: 0o755 });
  }
  const events = new EventLog();
  const plugins = await setUpPlugins([{ plugin: buildDocker, options: undefined }]);
  const path = cli === null ? `${dir}/bin` : `${dir}/bin:${dirname(cli)}:/usr/bin:/bin`;
  const plugged = new PluginHost(plugins, {
    events,
    signal: AbortSignal.timeout(100_000),
    env: {
      PATH: path,
      HOME: dir,
      // All that docker and buildx write down is in the folder too.
      DOCKER_CONFIG: join(dir, "docker"),
      DOCKER_HOST: host ?? engine.host,
      ...env,
    },
  });
  const image = {
    reference,
    build: {
      context,
      dockerfile: join(context, "Dockerfile"),
      platforms: ["linux/amd64"],
      args: [],
      stage: null,
      secrets: [],
      cacheFrom: [],
      cacheTo: [],
      ...request,
    },
    push: { strategy: "server" },
    login: null,
    pullPolicy: "always",
    history: { strategy: "local" },
  } as const;
  return {
    dir,
    reference,
    host: plugged,
    build: () => plugged.first("build", { app: "app", image }),
    async said() {
      events.close();
      const all = await Array.fromAsync(events.from(0));
      return all.map((event) => JSON.stringify(event)).join("\n");
    },
    argv: () => (fs.existsSync(argvFile) ? fs.readFileSync(argvFile, "utf8") : ""),
  };
}
