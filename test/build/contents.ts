/**
 * All bytes of an image as `docker save` gives them, uncompressed: to find out what is in it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import type { EngineClient } from "../../engine/client.ts";

/** The files of the archive one after the other, each layer uncompressed. */
export async function savedBytes(engine: EngineClient, image: string): Promise<Buffer> {
  const archive = await engine.stream(`/images/${image}/get`);
  const parts: Buffer[] = [];
  const tar = archive.pipe(extract());
  for await (const entry of tar) {
    const bytes = await buffer(entry);
    parts.push(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
  }
  return Buffer.concat(parts);
}

/** What the engine tells of an image: its configuration and its history. */
export async function told(engine: EngineClient, image: string): Promise<string> {
  const inspected = await engine.json(`/images/${image}/json`);
  const history = await engine.json(`/images/${image}/history`);
  return JSON.stringify([inspected, history]);
}
