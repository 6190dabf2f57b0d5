import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { saveStream } from "../../plugins/push/server/save-stream.ts";
import { type LayerSource, UnreadableLayer } from "../../plugins/push/server/source.ts";
import { layerSources } from "../../plugins/push/server/sources.ts";
import { PART_SIZE } from "../../wire/layers.ts";
import { testEngines } from "../engines.ts";
import { pairOf, saves } from "./harness.ts";
import { buildImage, engineAt, removeImages, runImage } from "./image.ts";

const engines = testEngines();
const circle = engines.map((from, index) => ({ from, to: engines[(index + 1) % engines.length]! }));

/** What makes a tar hard to rebuild. Layer by layer: links and names, then what hides them. */
const INTRICATE = `FROM scratch
COPY busybox /bin/busybox
SHELL ["/bin/busybox", "sh", "-ec"]
ENV PATH=/b
RUN busybox() { /bin/busybox "$@"; }; cd /; busybox mkdir -p d/e gone; \
    busybox touch empty; echo content > d/file; busybox ln d/file hard; busybox ln -s d link; \
    busybox ln -s /etc/passwd outside; echo x > "$(busybox printf 'caf\\303\\251 \\302\\251 & <b>')"; \
    long=a; for i in 1 2 3 4 5 6 7; do long=$long$long; done; echo long > d/$long; \
    busybox mkfifo pipe; busybox chmod 4755 d/file; echo gone > gone/file; \
    busybox dd if=/dev/zero of=sparse bs=1 count=1 seek=300000
RUN /bin/busybox rm -r /gone /hard; /bin/busybox rm -r /d; /bin/busybox mkdir /d; echo new > /d/new
CMD ["/bin/busybox", "sh", "-c", "echo /*; /bin/busybox cat /d/new"]`;

/** Reading an engine's directory is for root, on the computer that the engine is on. */
describe.skipIf(process.getuid?.() !== 0).each(circle)(
  "root pushing from $from.name to $to.name",
  ({ from, to }) => {
    test("reads only what is missing, and never the whole image", async () => {
      await using pair = await pairOf(from.host, to.host);
      const [directory] = layerSources(engineAt(pair.clientProxy.host));
      const sources = [directory!];
      const base = randomBytes(2 * PART_SIZE);
      const first = await pair.build({ base, app: "version 1" });
      const second = await pair.build({ base, app: "version 2" });

      const pushed = await pair.push(first, { sources });
      const changed = await pair.push(second, { sources });

      expect(pushed.layersSent).toBe(new Set(first.diffIds).size);
      expect(changed.layersSent).toBe(1);
      expect(saves(pair.clientProxy.requests)).toBe(0);
      expect(await runImage(pair.engine, second.reference)).toBe("version 2");
    });

    test("rebuilds layers with links, odd names, sparse files and deletions exactly", async () => {
      await using pair = await pairOf(from.host, to.host);
      const reference = `haloy-test-push/intricate-${randomBytes(4).toString("hex")}:1`;
      const image = await buildImage(pair.client, reference, INTRICATE);
      const [directory] = layerSources(pair.client);

      await pair.push(image, { sources: [directory!] });

      const there = await runImage(pair.engine, reference);
      expect(there).toBe(await runImage(pair.client, reference));
      expect(there).toContain("café © & <b>");
      await removeImages(pair.client, reference);
      await removeImages(pair.engine, reference);
    });
  },
);

describe("a source that fails is followed by the next", () => {
  const [from, to] = engines;
  const broken: readonly (readonly [string, (part: Uint8Array) => AsyncIterable<Uint8Array>])[] = [
    [
      "when it cannot read a layer to its end",
      async function* (part) {
        yield part;
        throw new UnreadableLayer("file is gone");
      },
    ],
    [
      "when what it read is not the layer",
      async function* (part) {
        yield part;
      },
    ],
  ];
  test.each(broken)("%s", async (_, bytes) => {
    await using pair = await pairOf(from!.host, to!.host);
    const image = await pair.build({ base: randomBytes(2 * PART_SIZE), app: "in the end" });
    const source: LayerSource = {
      name: "broken",
      async *read({ layers }) {
        const [diffId = ""] = layers;
        const part = randomBytes(PART_SIZE);
        yield { kind: "layer", digest: diffId, diffId, bytes: () => bytes(part) };
      },
    };
    const engine = engineAt(from!.host);

    await pair.push(image, { sources: [source, saveStream(engine), saveStream(engine)] });

    expect(await runImage(pair.engine, image.reference)).toBe("in the end");
  });

  test("until none is left, which is an error", async () => {
    await using pair = await pairOf(from!.host, to!.host);
    const image = await pair.build({ base: randomBytes(10), app: "never" });
    const nothing: LayerSource = { name: "nothing", async *read() {} };

    await expect(pair.push(image, { sources: [nothing, nothing] })).rejects.toMatchObject({
      code: "LAYER_CORRUPT",
    });
  });
});
