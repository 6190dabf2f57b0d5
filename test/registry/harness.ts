/**
 * What tests of registries begin with: images to push, the built-in push in a plugin host, and
 * what the registry has afterwards. Images and registry are removed at the end.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { EventLog, type HaloyEvent } from "../../core/events.ts";
import { PluginHost, setUpPlugins } from "../../core/host.ts";
import { Masker, Secret } from "../../core/secret.ts";
import type { EngineClient } from "../../engine/client.ts";
import type { ImageSummary } from "../../engine/types.ts";
import {
  type LocalImage,
  type PushedImage,
  parseReference,
  type RegistryLogin,
} from "../../plugin.ts";
import pushRegistry from "../../plugins/push/registry/index.ts";
import { type Registry, startRegistry } from "../../scripts/environment/registry.ts";
import { testEngines } from "../engines.ts";
import { buildImage, engineAt, removeImages } from "../push/image.ts";
import { connect } from "../push/server.ts";

/** A push, and what was said of it. */
export interface Pushing {
  readonly pushed: Promise<PushedImage>;
  /** The events, masked as a client masks them. */
  readonly events: readonly HaloyEvent[];
}

/** How to push. */
export interface PushOptions {
  readonly login?: RegistryLogin | null;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

const registries: { registry: Registry; dir: string }[] = [];
const images: { host: string; id: string }[] = [];

afterAll(async () => {
  for (const { registry, dir } of registries.splice(0)) {
    await registry.stop();
    rmSync(dir, { recursive: true, force: true });
    for (const { host } of testEngines()) await removeAllOf(engineAt(host), registry.host);
  }
  // What another build took the tag from, and what was never pushed.
  for (const { host, id } of images.splice(0)) await removeImages(engineAt(host), id);
});

/** Remove whatever an engine has from a registry. */
async function removeAllOf(engine: EngineClient, registry: string): Promise<void> {
  for (const { RepoTags, RepoDigests } of await engine.json<readonly ImageSummary[]>(
    "/images/json",
  )) {
    const names = [...(RepoTags ?? []), ...(RepoDigests ?? [])];
    await removeImages(engine, ...names.filter((name) => name.startsWith(`${registry}/`)));
  }
}

/** Start a registry for this file's tests. */
export async function aRegistry(password?: string): Promise<Registry> {
  const dir = mkdtempSync(join(tmpdir(), "haloy-registry-"));
  const registry = await startRegistry({ dir, ...(password ? { password } : {}) });
  registries.push({ registry, dir });
  return registry;
}

/** The login that a registry accepts, or one that it does not. */
export function loginTo({ host, username, password }: Registry, other?: string): RegistryLogin {
  return { registry: host, username, password: new Secret(other ?? password) };
}

/** A name that no other test uses: `registry/haloy-test-…:v1`. */
export function newName(registry: string): string {
  return `${registry}/haloy-test-${randomBytes(5).toString("hex")}:v1`;
}

/** Build an image that says `said`, for ever when it runs as a worker. */
export async function anImage(host: string, reference: string, said: string): Promise<LocalImage> {
  const script =
    "/bin/busybox cat /said; /bin/busybox echo; while true; do /bin/busybox sleep 1; done";
  const lines = [
    "FROM scratch",
    // Its own lowest layer: one that another image brought would not be sent, but mounted.
    "COPY busybox own /bin/",
    "COPY said /said",
    "STOPSIGNAL SIGKILL",
    `CMD ["/bin/busybox", "sh", "-c", ${JSON.stringify(script)}]`,
  ];
  const image = await buildImage(engineAt(host), reference, lines.join("\n"), {
    said,
    own: randomBytes(8).toString("hex"),
  });
  images.push({ host, id: image.id });
  return image;
}

/** Push with strategy `registry`, as a client does. */
export function push(host: string, image: LocalImage, options: PushOptions = {}): Pushing {
  const { login = null, signal = AbortSignal.timeout(100_000), env = {} } = options;
  const masker = new Masker();
  if (login) masker.add(login.password);
  const log = new EventLog((event) => masker.maskData(event));
  const events: HaloyEvent[] = [];
  const append = (event: HaloyEvent) => {
    events.push(masker.maskData(event));
    log.append(event);
  };
  const pushed = (async () => {
    const plugins = await setUpPlugins([{ plugin: pushRegistry, options: undefined }]);
    const plugged = new PluginHost(plugins, {
      events: { append },
      signal,
      env: { DOCKER_HOST: host, ...env },
    });
    const server = connect("http://127.0.0.1:9");
    const input = { app: "app", image, server, login };
    return await plugged.named("push", { strategy: "registry" }, input);
  })();
  return { pushed, events };
}

/** A manifest that a registry has under a tag or a digest, or null. */
export async function manifestOf(
  registry: Registry,
  reference: string,
): Promise<{ readonly digest: string; readonly manifest: Manifest } | null> {
  const parsed = parseReference(reference);
  if ("problem" in parsed) throw new Error(parsed.problem);
  const accept = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
  ].join(", ");
  const path = `/v2/${parsed.repository}/manifests/${parsed.digest ?? parsed.tag}`;
  const response = await registry.fetch(path, { headers: { accept } });
  if (response.status === 404) return null;
  const digest = response.headers.get("docker-content-digest") ?? "";
  return { digest, manifest: (await response.json()) as Manifest };
}

/** A manifest or an index, as far as tests look. */
export interface Manifest {
  readonly config?: { readonly digest: string };
  readonly manifests?: readonly { readonly platform: { readonly architecture: string } }[];
}
