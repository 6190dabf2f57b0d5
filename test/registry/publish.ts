/**
 * An image straight into a registry, without an engine: an index with one empty image in it.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { parseReference } from "../../plugin.ts";
import type { Registry } from "../../scripts/environment/registry.ts";

const TYPES = {
  config: "application/vnd.oci.image.config.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  manifest: "application/vnd.oci.image.manifest.v1+json",
} as const;

/** Publish an image for one processor. */
export async function publishFor(
  architecture: string,
  registry: Registry,
  reference: string,
): Promise<void> {
  const parsed = parseReference(reference);
  if ("problem" in parsed) throw new Error(parsed.problem);
  const base = `/v2/${parsed.repository}`;
  const layer = Buffer.alloc(1024);
  const rootfs = { type: "layers", diff_ids: [digestOf(layer)] };
  const config = json({ architecture, os: "linux", config: {}, rootfs });
  for (const blob of [layer, config]) {
    const begun = await registry.fetch(`${base}/blobs/uploads/`, { method: "POST" });
    const { pathname, searchParams } = new URL(begun.headers.get("location") ?? "");
    searchParams.set("digest", digestOf(blob));
    await ok(registry.fetch(`${pathname}?${searchParams}`, { method: "PUT", body: blob }));
  }
  const manifest = json({
    schemaVersion: 2,
    mediaType: TYPES.manifest,
    config: descriptor(TYPES.config, config),
    layers: [descriptor(TYPES.layer, layer)],
  });
  const index = json({
    schemaVersion: 2,
    mediaType: TYPES.index,
    manifests: [
      { ...descriptor(TYPES.manifest, manifest), platform: { architecture, os: "linux" } },
    ],
  });
  for (const [name, type, body] of [
    [digestOf(manifest), TYPES.manifest, manifest],
    [parsed.tag, TYPES.index, index],
  ] as const) {
    const headers = { "content-type": type };
    await ok(registry.fetch(`${base}/manifests/${name}`, { method: "PUT", headers, body }));
  }
}

function json(data: unknown): Buffer<ArrayBuffer> {
  return Buffer.from(JSON.stringify(data));
}

function descriptor(mediaType: string, data: Buffer) {
  return { mediaType, digest: digestOf(data), size: data.length };
}

function digestOf(data: Buffer): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}

async function ok(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}
