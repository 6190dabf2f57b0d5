import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { PART_SIZE } from "../../wire/layers.ts";
import { testEngines } from "../engines.ts";
import { sideBySide } from "../side-by-side.ts";
import { pairOf, partsSent, saves } from "./harness.ts";
import { runImage } from "./image.ts";

const engines = testEngines();
const others = engines.flatMap((from) =>
  engines.filter((to) => to.name !== from.name).map((to) => ({ from, to })),
);
sideBySide(others, "an image pushed from $from.name to $to.name", ({ from, to }) => {
  // Its own: what one pair leaves with an engine must not spare another one a layer.
  const base = randomBytes(300_000);

  test("arrives, runs, and is read once", async () => {
    await using pair = await pairOf(from.host, to.host);
    const image = await pair.build({ base, app: "version 1" });

    const pushed = await pair.push(image);

    expect(await runImage(pair.engine, image.reference)).toBe("version 1");
    expect(saves(pair.clientProxy.requests)).toBe(1);
    expect(pushed).toMatchObject({ reference: image.reference, layersTotal: image.diffIds.length });
    expect(pushed.layersSent).toBe(new Set(image.diffIds).size);
    expect(pushed.bytesSent).toBe(pair.server.store.bytesReceived);
  });

  test("sends nothing and reads nothing when it is pushed again", async () => {
    await using pair = await pairOf(from.host, to.host);
    const image = await pair.build({ base, app: "same" });
    const first = await pair.push(image);
    pair.clientProxy.requests.length = 0;
    pair.requests.length = 0;

    const second = await pair.push(image);

    expect(second).toMatchObject({ id: first.id, bytesSent: 0, layersSent: 0 });
    expect(pair.clientProxy.requests).toEqual([]);
    expect(pair.requests).toEqual(["POST /v1/images/query"]);
  });

  test("sends only the layer that changed", async () => {
    await using pair = await pairOf(from.host, to.host);
    await pair.push(await pair.build({ base, app: "version 1" }));
    const changed = await pair.build({ base, app: "version 2" });

    const pushed = await pair.push(changed);

    expect(pushed.layersSent).toBe(1);
    expect(pushed.bytesSent).toBeLessThan(1000);
    expect(await runImage(pair.engine, changed.reference)).toBe("version 2");
  });

  test("is removed when no release came of it, and only then", async () => {
    await using pair = await pairOf(from.host, to.host);
    const { store } = pair.server;
    const unused = await pair.push(await pair.build({ base, app: "never deployed" }));
    const used = await pair.push(await pair.build({ base, app: "deployed" }));
    const keep = new Set([used.id ?? ""]);
    const inHours = Date.now() + 2 * 60 * 60 * 1000;

    expect(await store.removeUnusedImages(keep)).toEqual([]);
    expect(await store.removeUnusedImages(keep, inHours)).toEqual([unused.id]);

    const left = async (id: string | null) => pair.engine.jsonOrNull(`/images/${id}/json`);
    expect(await left(unused.id)).toBeNull();
    expect(await left(used.id)).not.toBeNull();
  });

  test("sends no layer that only the server's engine still has", async () => {
    await using pair = await pairOf(from.host, to.host);
    await pair.push(await pair.build({ base, app: "version 1" }));
    await pair.server.store.removeUnused(new Set());
    const changed = await pair.build({ base, app: "version 2" });

    const pushed = await pair.push(changed);

    expect(pushed.layersSent).toBe(1);
    expect(await runImage(pair.engine, changed.reference)).toBe("version 2");
  });
});

sideBySide(engines, "with $name at both ends", ({ host }) => {
  const base = randomBytes(300_000);

  test("an image that the engine has is named and nothing is sent", async () => {
    await using pair = await pairOf(host, host);
    const image = await pair.build({ base, app: "here" });
    const reference = image.reference.replace(/:1$/, ":2");

    const pushed = await pair.push({ ...image, reference });

    expect(pushed).toMatchObject({ id: image.id, bytesSent: 0, layersSent: 0 });
    expect(saves(pair.clientProxy.requests)).toBe(0);
    expect(await runImage(pair.engine, reference)).toBe("here");
    await pair.engine.call(`/images/${reference}`, { method: "DELETE" });
  });
});

test("a layer of many parts is sent with progress that ends at the bytes sent", async () => {
  const [from, to] = engines;
  await using pair = await pairOf(from!.host, to!.host);
  const image = await pair.build({ base: randomBytes(3 * PART_SIZE + 1), app: "big" });
  const heard: number[] = [];

  const pushed = await pair.push(image, {
    progress: (label, done, _total, unit) => {
      expect([label, unit]).toEqual(["Sending layers", "bytes"]);
      heard.push(done);
    },
  });

  expect(heard.at(-1)).toBe(pushed.bytesSent);
  expect(heard).toEqual([...heard].sort((a, b) => a - b));
  expect(partsSent(pair.requests)).toBe(heard.length);
  expect(await runImage(pair.engine, image.reference)).toBe("big");
});
