/**
 * Rebuilds a layer's tar, byte for byte, from the directory that an engine unpacked it into and
 * the `tar-split.json.gz` it wrote down meanwhile: every byte that is not a file's content.
 *
 * @module
 */

import { closeSync, constants, createReadStream, openSync, readSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { UnreadableLayer } from "./source.ts";

/** A file's content is one of these; everything between is another. */
const FILE = 1;
const SEGMENT = 2;
/** Bytes read at a time. */
const CHUNK_SIZE = 256 * 1024;

/** A line of the record. */
interface Line {
  readonly type: number;
  readonly name?: string;
  /** Base64, where the name is not UTF-8. */
  readonly name_raw?: string;
  readonly size?: number;
  /** Base64: a segment's bytes, or a file's checksum. */
  readonly payload?: string | null;
}

/**
 * The tar that was unpacked into `directory`. A piece is valid until the next one is asked for.
 * Throws {@link UnreadableLayer} when the directory does not hold what the record says.
 */
export async function* rebuildTar(
  record: string,
  directory: string,
): AsyncGenerator<Uint8Array, void, void> {
  const root = realpathSync(directory);
  const checked = new Set<string>();
  const buffer = Buffer.allocUnsafeSlow(CHUNK_SIZE);
  const unpacked = pipeline(createReadStream(record), createGunzip(), () => {});
  for await (const text of lines(unpacked)) {
    const line = JSON.parse(text) as Line;
    if (line.type === SEGMENT) {
      if (line.payload) yield Buffer.from(line.payload, "base64");
    } else if (line.type === FILE) {
      if (line.size) yield* readFile(fileOf(line, root, checked), line.size, buffer);
    } else {
      throw new UnreadableLayer(`a record of type ${line.type} is not known`);
    }
  }
}

/** Where the file is. An image's own links must not lead out of the directory. */
function fileOf({ name, name_raw }: Line, root: string, checked: Set<string>): string | Buffer {
  if (name === undefined && name_raw !== undefined) {
    const raw = Buffer.from(name_raw, "base64");
    const slash = raw.lastIndexOf("/");
    if (slash !== -1) throw new UnreadableLayer("a directory's name is not UTF-8");
    return Buffer.concat([Buffer.from(`${root}/`), raw]);
  }
  const path = join(root, name ?? "");
  const parent = dirname(path);
  if (!checked.has(parent)) {
    if (realpathSync(parent) !== parent || !`${parent}/`.startsWith(`${root}/`)) {
      throw new UnreadableLayer(`"${name}" is behind a link`);
    }
    checked.add(parent);
  }
  return path;
}

// Synchronous: a layer has thousands of small files, and a thread for each would cost more.
function* readFile(path: string | Buffer, size: number, buffer: Buffer): Generator<Uint8Array> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    let rest = size;
    while (rest > 0) {
      const length = readSync(file, buffer, 0, Math.min(buffer.byteLength, rest), null);
      if (length === 0) throw new UnreadableLayer(`"${path}" is shorter than it was`);
      rest -= length;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
}
