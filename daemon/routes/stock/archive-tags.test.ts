import { pack } from "tar-stream";
import { expect, test } from "vitest";
import { checkedArchive } from "./archive-tags.ts";

/** A tar archive of these files. */
async function tar(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Send `bytes` through in chunks. Gives back what came out, the tags, and the error. */
async function pass(bytes: Buffer, refused?: string, size = 1000) {
  const tags: string[] = [];
  let out = Buffer.alloc(0);
  let error: unknown = null;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const check = (tag: string) => {
    tags.push(tag);
    if (tag === refused) throw new Error("refused");
  };
  try {
    for await (const chunk of checkedArchive(chunks(), check)) out = Buffer.concat([out, chunk]);
  } catch (cause) {
    error = cause;
  }
  return { out, tags, error };
}

const manifest = JSON.stringify([{ RepoTags: ["a:1", "b:2"] }, { RepoTags: null }]);

test("an archive passes unchanged, and the tags of every form in it are seen", async () => {
  const bytes = await tar({
    "blob/layer.tar": Buffer.alloc(70_000, 7),
    "manifest.json": manifest,
    "./repositories": JSON.stringify({ "host:5000/c": { "3": "id", "4": "id" } }),
    "index.json": JSON.stringify({
      manifests: [{ annotations: { "io.containerd.image.name": "docker.io/library/d:5" } }, {}],
    }),
    empty: "",
  });
  for (const size of [13, 511, 512, 1000, bytes.length]) {
    const { out, tags, error } = await pass(bytes, undefined, size);
    expect(error).toBe(null);
    expect(out.equals(bytes)).toBe(true);
    expect(tags).toEqual(["a:1", "b:2", "host:5000/c:3", "host:5000/c:4", "docker.io/library/d:5"]);
  }
});

test("the end of an archive with a refused tag or with none is held back, wherever it is cut", async () => {
  const layer = Buffer.alloc(5000);
  const tagged = await tar({ layer, "manifest.json": manifest });
  const tagless = await tar({ "manifest.json": JSON.stringify([{ RepoTags: [] }]), layer });
  const END_OF_ARCHIVE = 1024;
  for (const size of [13, 100, 512, 1024, 6000, 20_000]) {
    for (const [bytes, reason] of [
      [tagged, "refused"],
      [Buffer.concat([tagged, Buffer.alloc(10_000)]), "refused"],
      [tagless, "no tag"],
    ] as const) {
      const { out, error } = await pass(bytes, "b:2", size);
      expect(error).toMatchObject({ message: expect.stringContaining(reason) });
      expect(out.length).toBeLessThanOrEqual(bytes.length - END_OF_ARCHIVE);
      expect(out.at(-1)).not.toBe(0);
    }
  }
});

test("what is no archive, is cut off, or has no tag is refused", async () => {
  const tagless = await tar({ "manifest.json": JSON.stringify([{ RepoTags: null }]) });
  const broken = await tar({ "manifest.json": "{" });
  const odd = await tar({ "manifest.json": "{}" });
  const whole = await tar({ "manifest.json": manifest, layer: Buffer.alloc(5000) });
  for (const [bytes, reason] of [
    [Buffer.alloc(5000, "x"), "Invalid tar header"],
    [whole.subarray(0, 3000), "Unexpected end"],
    [tagless, "has no tag"],
    [broken, "manifest.json"],
    [odd, "manifest.json"],
  ] as const) {
    expect((await pass(bytes)).error).toMatchObject({
      code: "API_REQUEST_INVALID",
      message: expect.stringContaining(reason),
    });
  }
});
