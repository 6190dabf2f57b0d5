import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { hashedSaveStream } from "../../plugins/push/server/save-stream.ts";
import { DIGEST, PART_SIZE } from "../../wire/layers.ts";
import { testEngines } from "../engines.ts";
import { sideBySide } from "../side-by-side.ts";
import { startDaemon } from "./daemon.ts";
import { pairOf, partsSent, saves } from "./harness.ts";
import { engineAt, removeImages, runImage } from "./image.ts";

const engines = testEngines();
/** Each kind of engine once on each side. */
const circle = engines.map((from, index) => ({ from, to: engines[(index + 1) % engines.length]! }));

sideBySide(circle, "a push from $from.name to $to.name", ({ from, to }) => {
  test("that was cut off sends only what is missing when it is repeated", async () => {
    await using pair = await pairOf(from.host, to.host);
    const image = await pair.build({ base: randomBytes(6 * PART_SIZE), app: "resumed" });
    const { directory } = pair.server;
    const first = await startDaemon(to.host, directory);
    const progress = () => {
      if (partsSent(pair.requests) > 6) first.kill();
    };
    await expect(pair.push(image, { url: first.url, progress })).rejects.toThrow();
    await first.ended;
    const stored = await storedParts(directory);
    expect(stored).toBeGreaterThan(2);

    pair.requests.length = 0;
    const second = await startDaemon(to.host, directory);
    await pair.push(image, { url: second.url });

    expect(await runImage(pair.engine, image.reference)).toBe("resumed");
    expect(partsSent(pair.requests)).toBe((await storedParts(directory)) - stored);
    second.kill();
    await second.ended;
  });

  test("that is cancelled ends at once, and closes the engine's stream", async () => {
    await using pair = await pairOf(from.host, to.host);
    const image = await pair.build({ base: randomBytes(6 * PART_SIZE), app: "cancelled" });
    const controller = new AbortController();

    const push = pair.push(image, {
      signal: controller.signal,
      progress: () => controller.abort(new Error("Ctrl-C")),
    });

    await expect(push).rejects.toThrow("Ctrl-C");
    await vi.waitFor(() => expect(pair.clientProxy.open).toBe(0));
    expect(pair.requests).not.toContain("POST /v1/images/load");
  });

  test("sends a layer again from its beginning when a part was damaged", async () => {
    await using pair = await pairOf(from.host, to.host);
    const image = await pair.build({ base: randomBytes(1000), app: "repaired" });
    const parts = await damageFirstPart(pair, image.diffIds);
    expect(parts).toBeGreaterThan(0);

    await pair.push(image);

    expect(await runImage(pair.engine, image.reference)).toBe("repaired");
    expect(saves(pair.clientProxy.requests)).toBeGreaterThan(1);
  });

  test("goes through when the server's disk damaged a layer after it arrived", async () => {
    await using pair = await pairOf(from.host, to.host);
    const image = await pair.build({ base: randomBytes(5000), app: "healed" });
    await pair.push(image);
    await removeImages(pair.engine, image.reference);
    const [base = ""] = image.diffIds;
    const path = join(pair.server.directory, base.slice("sha256:".length), "0");
    const frame = await readFile(path);
    frame.fill(0, frame.byteLength >> 1);
    await writeFile(path, frame);

    const pushed = await pair.push(image);

    expect(pushed.layersSent).toBe(1);
    expect(await runImage(pair.engine, image.reference)).toBe("healed");
  });

  test("loads all layers when the engine loses one that it had a moment ago", async () => {
    await using pair = await pairOf(from.host, to.host);
    const base = randomBytes(5000);
    const first = await pair.build({ base, app: "version 1" });
    const { id } = await pair.push(first);
    const second = await pair.build({ base, app: "version 2" });
    let loads = 0;
    pair.engineProxy.before = async (request) => {
      if (!request.endsWith("/images/load") || ++loads > 1) return;
      await removeImages(pair.engine, first.reference, id ?? "");
    };

    await pair.push(second);

    expect(loads).toBe(2);
    expect(await runImage(pair.engine, second.reference)).toBe("version 2");
  });
});

test("an archive of an engine before 25 is understood by its bytes where its names are no help", async () => {
  const from = engines.find(({ name }) => name === "20.10")!;
  const to = engines.find(({ name }) => name === "28-overlay2")!;
  await using pair = await pairOf(from.host, to.host);
  const image = await pair.build({ base: randomBytes(5000), app: "hashed" });

  await pair.push(image, { sources: [hashedSaveStream(engineAt(pair.clientProxy.host))] });

  expect(saves(pair.clientProxy.requests)).toBe(2);
  expect(await runImage(pair.engine, image.reference)).toBe("hashed");
});

/** Let every layer begin with a wrong part, under whatever digest the client will use. */
async function damageFirstPart(
  { server }: Awaited<ReturnType<typeof pairOf>>,
  diffIds: readonly string[],
): Promise<number> {
  const frame = zstdCompressSync(randomBytes(512));
  const damaged = new Set<string>();
  server.before = async (request) => {
    const [, digest] = /\/v1\/layers\/(sha256:[0-9a-f]+)/.exec(request) ?? [];
    const digests = digest === undefined ? diffIds : [digest];
    for (const one of digests) {
      if (!DIGEST.test(one) || damaged.has(one)) continue;
      damaged.add(one);
      await server.store.putPart(one, 0, frame);
    }
  };
  await server.before("");
  return damaged.size;
}

async function storedParts(directory: string): Promise<number> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile() && /^\d+$/.test(file.name)).length;
}
