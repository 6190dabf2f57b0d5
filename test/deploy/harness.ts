/**
 * Deployments of tiny apps on a real Docker Engine. The daemon's half is played by a record of
 * what the plugin asked of it.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pack } from "tar-stream";
import { TARGET_DEFAULTS } from "../../core/config/defaults.ts";
import { EventLog } from "../../core/events.ts";
import type { DeploymentHost, DeployOutcome, Release } from "../../core/hooks.ts";
import { PluginHost, setUpPlugins } from "../../core/host.ts";
import type { Target } from "../../core/target.ts";
import type { EngineClient } from "../../engine/client.ts";
import { type AppContainer, listContainers, removeContainer } from "../../engine/containers.ts";
import plugin from "../../plugins/deploy/docker/index.ts";
import { type TestEngine, testEngines } from "../engines.ts";
import { buildImage, engineAt, removeImages } from "../push/image.ts";

/** What an app's container runs, as a shell script. */
export const SCRIPTS = {
  /** Answers `v1` on port 8080. */
  v1: "echo v1 > /www/index.html; exec httpd -f -p 8080 -h /www",
  v2: "echo v2 > /www/index.html; exec httpd -f -p 8080 -h /www",
  /** Listens, but not where anybody looks. */
  elsewhere: "echo listening on 3000; exec httpd -f -p 3000 -h /www",
  inside: "exec httpd -f -p 127.0.0.1:8080 -h /www",
  exits:
    "echo starting >&2; echo token is $TOKEN >&2; echo in base64: $(echo -n $TOKEN | base64) >&2; exit 3",
  /** Answers `once` when it is started, but nothing when it is started again. */
  once: "[ -e /ran ] && exec sleep 1000; echo > /ran; echo once > /www/index.html; exec httpd -f -p 8080 -h /www",
  worker: "while true; do sleep 1; done",
  dyingWorker: "sleep 0.3; exit 9",
  /** Healthy for two seconds. */
  dies: "echo ok > /www/index.html; httpd -p 8080 -h /www; sleep 2; exit 5",
  sickens:
    "echo ok > /www/index.html; httpd -f -p 8080 -h /www & sleep 2; rm /www/index.html; wait",
} as const;

/** Which app. */
export type Script = keyof typeof SCRIPTS;

/** What a deployment asked of the daemon. */
export interface Record {
  readonly states: string[];
  /** Every set of upstreams that traffic was sent to, in order. */
  readonly routes: (readonly string[])[];
  readonly lines: string[];
}

/** Settings of one deployment. */
export interface Options {
  readonly target?: Partial<Target>;
  readonly previous?: string | null;
  readonly mode?: DeploymentHost["mode"];
  readonly deployment?: string;
  readonly env?: Release["env"];
  readonly signal?: AbortSignal;
  readonly healthTimeoutSeconds?: number;
  /**
   * Called with a state before it is entered, and with `route` before and `routed` after traffic
   * is sent somewhere; `unroute` and `unrouted` where it is sent nowhere. May throw.
   */
  readonly on?: (what: string) => unknown;
  readonly log?: DeploymentHost["log"];
  /** Where the plugin finds the engine. */
  readonly dockerHost?: string;
  readonly route?: DeploymentHost["route"];
  readonly image?: string;
}

/** Images that this run has built or is building, by engine and reference. */
const built = new Map<string, Map<string, Promise<unknown>>>();

/** One app of a test on one engine. */
export class App {
  readonly engine: EngineClient;
  readonly name: string = `test-${randomBytes(4).toString("hex")}`;
  /** The engine, as in `DOCKER_HOST`. */
  readonly host: string;

  constructor({ host }: TestEngine) {
    this.host = host;
    this.engine = engineAt(host);
  }

  /** An image that runs a script. `lines` are added to its Dockerfile. Built once for all tests. */
  async image(script: Script, ...lines: string[]): Promise<string> {
    const key = createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 8);
    const reference = `haloy-test-deploy-${process.pid}:${script.toLowerCase()}-${key}`;
    const dockerfile = [
      "FROM scratch",
      "COPY busybox /bin/busybox",
      `RUN ["/bin/busybox", "mkdir", "/www"]`,
      `RUN ["/bin/busybox", "--install", "/bin"]`,
      "ENV PATH=/bin",
      // The shell ignores SIGTERM as a container's first process.
      "STOPSIGNAL SIGKILL",
      ...lines,
      `CMD ["/bin/sh", "-c", ${JSON.stringify(SCRIPTS[script])}]`,
    ];
    await this.#once(reference, () => buildImage(this.engine, reference, dockerfile.join("\n")));
    return reference;
  }

  /** An image with nothing in it, for another processor. */
  async emptyImage(architecture: string): Promise<string> {
    const reference = `haloy-test-deploy-${process.pid}:${architecture}`;
    const layer = Buffer.alloc(1024);
    const diffId = `sha256:${createHash("sha256").update(layer).digest("hex")}`;
    const rootfs = { type: "layers", diff_ids: [diffId] };
    const config = { architecture, os: "linux", config: {}, rootfs };
    const manifest = [{ Config: "config.json", RepoTags: [reference], Layers: ["layer.tar"] }];
    const archive = pack();
    archive.entry({ name: "manifest.json" }, JSON.stringify(manifest));
    archive.entry({ name: "config.json" }, JSON.stringify(config));
    archive.entry({ name: "layer.tar" }, layer);
    archive.finalize();
    await this.#once(reference, async () => {
      const said = await this.engine.stream("/images/load", {
        method: "POST",
        headers: { "content-type": "application/x-tar" },
        body: archive as unknown as Readable,
      });
      if ((await text(said)).includes("errorDetail")) throw new Error(`Cannot load ${reference}`);
    });
    return reference;
  }

  /** Deploy an image. `record` is filled while it runs. */
  async deploy(
    image: string,
    options: Options = {},
    record: Record = { states: [], routes: [], lines: [] },
  ): Promise<DeployOutcome & Record & { readonly deployment: string }> {
    const { mode = "run", previous = null, env = [], target = {} } = options;
    const deployment = options.deployment ?? newDeploymentId();
    const release: Release = {
      deployment,
      app: this.name,
      image,
      imageId: null,
      pushed: true,
      login: null,
      target: { ...this.target(), ...target },
      env,
      history: { strategy: "none" },
    };
    const host: DeploymentHost = {
      mode,
      previous,
      enter(state) {
        options.on?.(state);
        record.states.push(state);
      },
      async route(upstreams, serving) {
        const what = upstreams.length > 0 ? "route" : "unroute";
        await options.on?.(what);
        await options.route?.(upstreams, serving);
        record.routes.push(upstreams);
        options.on?.(`${what}d`);
      },
      log: options.log ?? ((_level, message) => record.lines.push(message)),
    };
    const { healthTimeoutSeconds = 10 } = options;
    const running = await setUpPlugins([{ plugin, options: { healthTimeoutSeconds } }]);
    const plugins = new PluginHost(running, {
      events: new EventLog(),
      signal: options.signal ?? new AbortController().signal,
      env: { DOCKER_HOST: options.dockerHost ?? this.host },
    });
    return { ...(await plugins.first("deploy", { release, host })), ...record, deployment };
  }

  target(): Target {
    return {
      name: this.name,
      ...TARGET_DEFAULTS,
      domains: [{ domain: `${this.name}.test`, aliases: [] }],
    };
  }

  containers(): Promise<AppContainer[]> {
    return listContainers(this.engine, { app: this.name });
  }

  /** What the app answers at the upstreams that its traffic was sent to last. */
  async answers(upstreams: readonly string[] | undefined): Promise<string[]> {
    return await Promise.all(
      (upstreams ?? []).map(async (upstream) => {
        const response = await fetch(`http://${upstream}/`, { headers: { connection: "close" } });
        return (await response.text()).trim();
      }),
    );
  }

  /** Remove the app's containers. */
  async remove(): Promise<void> {
    for (const { id } of await this.containers()) await removeContainer(this.engine, id);
  }

  /** Remove the images of all tests of this run on this engine. */
  async removeImages(): Promise<void> {
    const images = built.get(this.host);
    built.delete(this.host);
    await removeImages(this.engine, ...(images?.keys() ?? []));
  }

  /** Suites that run side by side share images: whoever comes first builds. */
  async #once(reference: string, build: () => Promise<unknown>): Promise<void> {
    const images = built.get(this.host) ?? new Map<string, Promise<unknown>>();
    built.set(this.host, images);
    const building = images.get(reference) ?? build();
    images.set(reference, building);
    await building;
  }
}

/** An app on the first of the engines, for what is the same on all of them. */
export function newApp(): App {
  const [engine] = testEngines();
  if (!engine) throw new Error("There is no engine to test with");
  return new App(engine);
}

/** Like a ULID: 26 characters, later ones sort higher. */
export function newDeploymentId(): string {
  const time = Date.now().toString(32).padStart(10, "0");
  return `${time}${randomBytes(8).toString("hex")}`;
}
