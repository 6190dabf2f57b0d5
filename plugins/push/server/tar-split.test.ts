import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rebuildTar } from "./tar-split.ts";

let directory: string;
let record: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "haloy-tar-split-"));
  record = join(directory, "tar-split.json.gz");
  await mkdir(join(directory, "diff", "d"), { recursive: true });
});
afterEach(() => rm(directory, { recursive: true }));

describe("a tar is rebuilt from its record and the files", () => {
  test("in the record's order, also where a name is not UTF-8", async () => {
    await writeFile(join(directory, "diff", "d", "file"), "content");
    await writeFile(Buffer.concat([Buffer.from(`${directory}/diff/`), Buffer.from([0xff])]), "raw");
    const text = await rebuild([
      segment("<head>"),
      { type: 1, name: "d/file", size: 7 },
      segment("<between>"),
      { type: 1, name: "d/", payload: null },
      { type: 1, name_raw: Buffer.from([0xff]).toString("base64"), size: 3 },
      segment("<end>"),
    ]);

    expect(text).toBe("<head>content<between>raw<end>");
  });

  test.each([
    ["is a link that leads out", "out", 1],
    ["is behind a link that leads out", "linked/passwd", 1],
    ["climbs out by its name", "../../secret", 1],
    ["is shorter than it was", "d/file", 8],
    ["is gone", "d/none", 1],
  ])("unless a file %s", async (_, name, size) => {
    await writeFile(join(directory, "secret"), "secret");
    await writeFile(join(directory, "diff", "d", "file"), "content");
    await symlink(join(directory, "secret"), join(directory, "diff", "out"));
    await symlink("/etc", join(directory, "diff", "linked"));

    await expect(rebuild([{ type: 1, name, size }])).rejects.toThrow();
  });
});

async function rebuild(lines: readonly unknown[]): Promise<string> {
  await writeFile(record, gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
  const pieces: Buffer[] = [];
  for await (const piece of rebuildTar(record, join(directory, "diff"))) {
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces).toString();
}

function segment(text: string) {
  return { type: 2, payload: Buffer.from(text).toString("base64") };
}
