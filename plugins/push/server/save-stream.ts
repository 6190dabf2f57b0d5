/**
 * Reads an image from the stream of `docker save`: works with every engine, and always reads
 * every layer. Knows three layouts: directories named by old IDs (engines before 25), and OCI
 * layouts with plain blobs (graph drivers) or compressed ones (containerd's store).
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { extract, type Header } from "tar-stream";
import type { EngineClient } from "../../../engine/client.ts";
import type { EngineInfo } from "../../../engine/types.ts";
import type { LocalImage } from "../../../plugin.ts";
import { openBlob } from "./blob.ts";
import { ClassicIds } from "./classic-ids.ts";
import {
  isConfigOf,
  type LayerSource,
  type SourceConfig,
  type SourceLayer,
  type Wanted,
} from "./source.ts";

const CLASSIC_CONFIG = /^[0-9a-f]{64}\.json$/;
const CLASSIC_FILE = /^([0-9a-f]{64})\/(json|layer\.tar)$/;
const BLOB = /^blobs\/sha256\/([0-9a-f]{64})$/;

/** One file of the archive. */
interface Entry extends AsyncIterable<Uint8Array> {
  readonly header: Header;
  resume(): unknown;
}

/** How the diff ID of a directory in the old layout is known. */
interface Names {
  learn(name: string, json: Uint8Array): void;
  diffIdOf(name: string): string | null;
}

/** Reads the stream once. In the old layout it trusts computed names. */
export function saveStream(engine: EngineClient): LayerSource {
  return {
    name: "docker save",
    read: (wanted) => readArchive(engine, wanted, new ClassicIds(wanted.image.diffIds)),
  };
}

/** Reads the stream twice where names may lie: first to hash every layer, then to give them. */
export function hashedSaveStream(engine: EngineClient): LayerSource {
  return {
    name: "docker save, hashed",
    async *read(wanted) {
      yield* readArchive(engine, wanted, await hashNames(engine, wanted));
    },
  };
}

async function* readArchive(
  engine: EngineClient,
  { image, signal }: Wanted,
  names: Names,
): AsyncGenerator<SourceLayer | SourceConfig, void, void> {
  const known = new Set(image.diffIds);
  for await (const entry of entries(await save(engine, image, signal))) {
    const { name, type } = entry.header;
    const [, directory, file] = CLASSIC_FILE.exec(name) ?? [];
    const blob = BLOB.exec(name)?.[1];
    if (type !== "file") continue;
    if (CLASSIC_CONFIG.test(name)) {
      const bytes = await buffer(entry);
      if (isConfigOf(bytes, image)) yield { kind: "config", bytes };
    } else if (directory && file === "json") {
      names.learn(directory, await buffer(entry));
    } else if (directory) {
      const diffId = names.diffIdOf(directory);
      // Not the layer of a known name, and not the only other one: the names are no help.
      if (diffId === null) return;
      yield { kind: "layer", digest: diffId, diffId, bytes: () => entry };
    } else if (blob && known.has(`sha256:${blob}`)) {
      const diffId = `sha256:${blob}`;
      yield { kind: "layer", digest: diffId, diffId, bytes: () => entry };
    } else if (blob) {
      const opened = await openBlob(entry);
      if (opened.kind === "layer") {
        yield { kind: "layer", digest: `sha256:${blob}`, diffId: null, bytes: opened.bytes };
      } else if (opened.kind === "document" && isConfigOf(opened.bytes, image)) {
        yield { kind: "config", bytes: opened.bytes };
      }
    }
  }
}

/** The diff IDs of the old layout's directories, from the bytes themselves. */
async function hashNames(engine: EngineClient, { image, signal }: Wanted): Promise<Names> {
  const diffIds = new Map<string, string>();
  for await (const entry of entries(await save(engine, image, signal))) {
    const [, directory, file] = CLASSIC_FILE.exec(entry.header.name) ?? [];
    if (BLOB.test(entry.header.name)) break;
    if (!directory || file !== "layer.tar" || entry.header.type !== "file") continue;
    const hash = createHash("sha256");
    for await (const chunk of entry) hash.update(chunk);
    diffIds.set(directory, `sha256:${hash.digest("hex")}`);
  }
  return { learn: () => {}, diffIdOf: (name) => diffIds.get(name) ?? null };
}

/** The files of an archive, each to be read before the next; what is left of one is skipped. */
async function* entries(archive: IncomingMessage): AsyncGenerator<Entry, void, void> {
  const tar = extract();
  let ended = false;
  archive.once("end", () => {
    ended = true;
  });
  archive.once("error", (error) => tar.destroy(error));
  archive.once("close", () => {
    if (!ended) tar.destroy(new Error("the engine ended the archive too early"));
  });
  archive.pipe(tar as unknown as NodeJS.WritableStream);
  try {
    for await (const entry of tar as AsyncIterable<unknown> as AsyncIterable<Entry>) {
      yield entry;
      entry.resume();
    }
  } finally {
    archive.destroy();
  }
}

async function save(
  engine: EngineClient,
  image: LocalImage,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { DriverStatus } = await engine.json<EngineInfo>("/info", { signal });
  const containerd = DriverStatus?.some(([, value]) => value.startsWith("io.containerd."));
  const minor = Number((await engine.apiVersion()).split(".")[1]);
  // Without it containerd's store gives every platform of an image, and its attestations.
  const [os, architecture, variant] = image.platform.split("/");
  const platform =
    containerd && minor >= 48 ? JSON.stringify({ os, architecture, variant }) : undefined;
  return await engine.stream(`/images/${image.id}/get`, { query: { platform }, signal });
}
