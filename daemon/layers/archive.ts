/**
 * The one archive form that loads on every engine: an OCI image layout that also has Docker's
 * `manifest.json`, its layers uncompressed and named by their diff IDs. Layers that the engine
 * has already can be left out.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { type Pack, pack } from "tar-stream";

/** An image to describe. */
export interface ArchiveImage {
  /** The image's configuration, byte for byte. */
  readonly config: Uint8Array;
  /** Lowest first; sizes in bytes. A layer may be there twice. */
  readonly layers: readonly { readonly diffId: string; readonly size: number }[];
}

/** The small files of an archive. Same image, same bytes. */
export interface Description {
  readonly configDigest: string;
  /** The image's ID in a containerd store. */
  readonly manifestDigest: string;
  readonly files: readonly { readonly name: string; readonly data: Uint8Array }[];
}

/** What an archive says about `image`. */
export function describe({ config, layers }: ArchiveImage): Description {
  const { architecture, os, variant } = JSON.parse(Buffer.from(config).toString()) as {
    architecture?: string;
    os?: string;
    variant?: string;
  };
  const configDigest = digestOf(config);
  const manifest = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: configDigest,
      size: config.byteLength,
    },
    layers: layers.map(({ diffId, size }) => ({
      mediaType: "application/vnd.oci.image.layer.v1.tar",
      digest: diffId,
      size,
    })),
  });
  const manifestDigest = digestOf(manifest);
  const index = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: manifestDigest,
        size: manifest.byteLength,
        platform: { architecture, os, ...(variant ? { variant } : {}) },
      },
    ],
  });
  const docker = json([
    {
      Config: blobName(configDigest),
      RepoTags: null,
      Layers: layers.map(({ diffId }) => blobName(diffId)),
    },
  ]);
  const files = [
    { name: "oci-layout", data: json({ imageLayoutVersion: "1.0.0" }) },
    { name: blobName(configDigest), data: config },
    { name: blobName(manifestDigest), data: manifest },
    { name: "index.json", data: index },
    { name: "manifest.json", data: docker },
  ];
  return { configDigest, manifestDigest, files };
}

/**
 * The archive as a stream: the small files, then `layers` as `read` gives them. An error of
 * `read` destroys the stream with that error.
 */
export function packArchive(
  description: Description,
  layers: ArchiveImage["layers"],
  read: (diffId: string) => AsyncIterable<Uint8Array>,
): Readable {
  const archive = pack();
  const write = async () => {
    for (const { name, data } of description.files) {
      await entry(archive, name, data.byteLength, [data]);
    }
    for (const { diffId, size } of layers) {
      await entry(archive, blobName(diffId), size, read(diffId));
    }
    archive.finalize();
  };
  write().catch((error) => archive.destroy(error));
  // Its own stream class, with all of Readable that piping needs.
  return archive as unknown as Readable;
}

async function entry(
  archive: Pack,
  name: string,
  size: number,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const closed = Promise.withResolvers<void>();
  const settled = (error?: Error | null) => (error ? closed.reject(error) : closed.resolve());
  closed.promise.catch(() => {});
  const sink = archive.entry({ name, size, mtime: new Date(0) }, settled);
  // It also ends with every error of the archive, which is heard there.
  sink.on("error", () => {});
  for await (const chunk of chunks) {
    if (!sink.write(chunk)) await Promise.race([once(sink, "drain"), closed.promise]);
  }
  sink.end(null);
  await closed.promise;
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function digestOf(data: Uint8Array): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}
