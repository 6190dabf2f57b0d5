/**
 * What a release's retention leaves of other apps' images, with real engines: several targets of
 * one run are pushed together and deployed one after the other.
 */

import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Release } from "../core/hooks.ts";
import { PluginHost, setUpPlugins } from "../core/host.ts";
import { EngineClient } from "../engine/client.ts";
import retainNone from "../plugins/retain/none.ts";
import { testEngines } from "../test/engines.ts";
import { makeRelease } from "../test/fixtures/release.ts";
import { removeImages } from "../test/push/image.ts";
import { openDatabase } from "./database.ts";
import { inspectImage, prepareImage, releaseTag } from "./images.ts";
import { Journal } from "./journal.ts";
import { LayerStore } from "./layers/store.ts";
import { Releases } from "./releases.ts";
import { Retention } from "./retention.ts";
import { Vault } from "./vault.ts";

describe.each(testEngines())("on $name", ({ host }) => {
  const engine = new EngineClient({ socketPath: host.slice("unix://".length) });
  const names = new Set<string>();
  const some = randomBytes(4).toString("hex");
  const [one, two] = [`haloy-retention-${some}-one`, `haloy-retention-${some}-two`];
  const shared = `haloy-retention-${some}:latest`;
  let dir: string;
  let database: ReturnType<typeof openDatabase>;
  let journal: Journal;
  let releases: Releases;
  let layers: LayerStore;
  let retention: Retention;
  let deployments: number;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "haloy-retention-"));
    database = openDatabase(dir);
    journal = new Journal(database, Vault.open(dir));
    releases = new Releases(database);
    deployments = 0;
    vi.useFakeTimers({ toFake: ["Date"] });
    await start();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await removeImages(engine, ...names);
    database.close();
    rmSync(dir, { recursive: true });
  });

  /** haloyd's parts, as after a start. */
  async function start() {
    layers = new LayerStore({ directory: join(dir, "layers"), engine });
    await layers.recover();
    const running = await setUpPlugins([{ plugin: retainNone, options: {} }]);
    const { signal } = new AbortController();
    const plugins = new PluginHost(running, { events: { append() {} }, signal, env: {} });
    retention = new Retention({ journal, releases, engine, layers, plugins });
  }

  const hoursLater = (hours: number) => vi.setSystemTime(Date.now() + hours * 3600 * 1000);

  /** An image of one layer, pushed by a client that asks first. Gives back its ID here. */
  async function push(content: string, reference: string): Promise<string> {
    const archive = pack();
    archive.entry({ name: "content", mtime: new Date(0) }, `${content} ${some}`);
    archive.finalize();
    const layer = await buffer(archive);
    const diffIds = [digestOf(layer)];
    const rootfs = { type: "layers", diff_ids: diffIds };
    const config = Buffer.from(
      JSON.stringify({ architecture: "amd64", os: "linux", config: {}, rootfs }),
    );
    const query = { imageId: digestOf(config), diffIds, reference };
    names.add(reference);
    const { imageId } = await layers.queryImage(query);
    if (imageId !== null) return imageId;
    await layers.addBlob(digestOf(layer), [layer] as unknown as AsyncIterable<Uint8Array>);
    return (await layers.loadImage({ ...query, config: config.toString("base64") })).imageId;
  }

  /** Submit a deployment, and bring it to where its image is there. */
  async function begin(app: string, imageId: string | null, image: string): Promise<Release> {
    deployments += 1;
    const history = { strategy: "none" };
    const release = makeRelease(app, `d${deployments}`, { image, imageId, history });
    names.add(releaseTag(app, release.deployment));
    journal.add({ release, rollbackConfig: null, rolledBackFrom: null });
    await prepareImage(engine, release, {
      known: (reference) => releases.imagesOf(reference),
      serverLogin: async () => null,
      log: () => {},
      signal: new AbortController().signal,
    });
    return release;
  }

  /** End it: it serves, or it failed. */
  async function end(release: Release, state: "succeeded" | "failed"): Promise<void> {
    const { app, deployment: id } = release;
    const lease = journal.acquireLease(app, id);
    if (state === "failed") {
      await retention.dropImage(release);
    } else {
      const image = releaseTag(app, id);
      const imageId = (await inspectImage(engine, image))?.Id ?? "";
      releases.promote(id, { app, image, outcome: { replicas: [], imageId } });
      journal.enter({ app, id, lease }, "retaining");
      await retention.retain(release, (_, message) => said.push(message));
    }
    journal.enter({ app, id, lease }, state);
  }
  const said: string[] = [];

  const deploy = async (app: string, imageId: string, image: string) =>
    await end(await begin(app, imageId, image), "succeeded");
  const isThere = async (id: string) => (await inspectImage(engine, id)) !== null;

  test("an image that was found here is not removed before its target's turn", async () => {
    const first = await push("first", `${one}:latest`);
    const second = await push("second", `${two}:latest`);
    await end(await begin(two, second, `${two}:latest`), "failed");
    hoursLater(2);

    // The next run pushes both, then deploys one after the other; haloyd may be restarted.
    expect(await push("second", `${two}:latest`)).toBe(second);
    await start();
    await deploy(one, first, `${one}:latest`);
    expect(await isThere(second)).toBe(true);
    await deploy(two, second, `${two}:latest`);

    // An image that nobody came for goes, but only after its hour.
    const unused = await push("unused", `${one}:latest`);
    await deploy(two, second, `${two}:latest`);
    expect(await isThere(unused)).toBe(true);
    hoursLater(2);
    await deploy(two, second, `${two}:latest`);
    expect([await isThere(unused), await isThere(second)]).toEqual([false, true]);
  });

  test("targets that share an image do not lose it by each other's retention, nor by a failure", async () => {
    const image = await push("shared", shared);
    // Another build of the same run took the name.
    await push("other", shared);
    await end(await begin(one, image, shared), "failed");
    await deploy(two, image, shared);
    hoursLater(2);
    await deploy(one, image, shared);
    await deploy(one, image, shared);
    expect(await isThere(image)).toBe(true);
    await deploy(one, await push("newer", shared), shared);
    expect(await isThere(image)).toBe(true);
    // With the last release that has it, it goes: nothing is left over.
    await deploy(two, await push("newer", shared), shared);
    expect(await isThere(image)).toBe(false);
  });

  test("a release's image that was pushed again for another target stays until that has it", async () => {
    const old = await push("old", shared);
    await deploy(one, old, shared);
    hoursLater(2);
    expect(await push("old", shared)).toBe(old);
    await deploy(one, await push("new", shared), shared);
    expect(await isThere(old)).toBe(true);
    await deploy(two, old, shared);
    await deploy(one, await push("new", shared), shared);
    expect(releases.list(one)).toHaveLength(1);
    expect(await isThere(old)).toBe(true);
  });

  test("images of deployments that wait or were just given their image stay, whatever their age", async () => {
    const image = await push("pulled", shared);
    // As after a pull by digest: the deployment's own tag is the image's only name.
    await begin(two, image, shared);
    database.exec("UPDATE deployments SET image_id = NULL");
    await removeImages(engine, shared);
    hoursLater(2);
    await deploy(one, await push("mine", `${one}:latest`), `${one}:latest`);
    expect(await isThere(image)).toBe(true);
    expect(said.filter((line) => !line.startsWith("Removed "))).toEqual([]);
  });
});

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
