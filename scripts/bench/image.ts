/**
 * A 300 MB image with a 3 MB application layer on top, made of bytes that compress about as well
 * as real ones: half noise, half text.
 *
 * @module
 */

import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBusybox } from "../environment/packages.ts";

const MB = 1_000_000;
/** Folders of the image below the application, each a layer (megabytes). */
const BASE_LAYERS = [97, 120, 80];
const APP_MB = 3;
/** Files of this size make up a layer (bytes). */
const FILE_BYTES = 40_000;

/** A repeatable source of noise (xorshift32). */
function noise(seed: number): (bytes: number) => Buffer {
  let state = seed;
  return (bytes) => {
    const words = new Uint32Array(Math.ceil(bytes / 4));
    for (let index = 0; index < words.length; index += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[index] = state;
    }
    return Buffer.from(words.buffer, 0, bytes);
  };
}

function fill(dir: string, megabytes: number, seed: number): void {
  const random = noise(seed);
  const text = Buffer.alloc(FILE_BYTES / 2, `module.exports = function layer${seed}() {}\n`);
  for (let file = 0; file * FILE_BYTES < megabytes * MB; file += 1) {
    const folder = join(dir, String(file % 50));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${file}.js`), Buffer.concat([random(FILE_BYTES / 2), text]));
  }
}

/** Write the build context: 300 MB in all. */
export async function writeImage(dir: string): Promise<void> {
  mkdirSync(join(dir, "www"), { recursive: true });
  copyFileSync(await ensureBusybox(), join(dir, "busybox"));
  for (const [index, megabytes] of BASE_LAYERS.entries()) {
    fill(join(dir, `base${index}`), megabytes, index + 1);
  }
  changeApp(dir, 1);
  const copies = BASE_LAYERS.map((_, index) => `COPY base${index} /base${index}`);
  writeFileSync(
    join(dir, "Dockerfile"),
    [
      "FROM scratch",
      "COPY busybox /bin/busybox",
      ...copies,
      "COPY www /www",
      "EXPOSE 8080",
      "STOPSIGNAL SIGKILL",
      `CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]`,
      "",
    ].join("\n"),
  );
}

/** Another version of the application layer. */
export function changeApp(dir: string, version: number): void {
  fill(join(dir, "www"), APP_MB, 1000 + version);
  writeFileSync(join(dir, "www/index.html"), `version ${version}\n`);
}
