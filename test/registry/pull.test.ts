/**
 * What the server runs of a registry's images: pulled with a login, by the pull policy, and never
 * an older image in place of one that could not be pulled.
 */

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Registry } from "../../scripts/environment/registry.ts";
import { startServer, type TestServer } from "../e2e/server.ts";
import { testEngine } from "../engines.ts";
import { sideBySide } from "../side-by-side.ts";
import { DeployedApp, imagesNamed } from "./deploy.ts";
import { anImage, aRegistry, loginTo, newName, push } from "./harness.ts";
import { publishFor } from "./publish.ts";

const servers = [
  { engine: "20.10", client: "28-overlay2", runtime: "node" },
  { engine: "28-overlay2", client: "28-containerd", runtime: "bun" },
  { engine: "28-containerd", client: "20.10", runtime: "deno" },
] as const;

sideBySide(servers, "a haloyd under $runtime with $engine", ({ engine, client, runtime }) => {
  let registry: Registry;
  let server: TestServer;
  const apps: DeployedApp[] = [];
  const from = testEngine(client).host;

  beforeAll(async () => {
    registry = await aRegistry();
    server = await startServer({ engine, runtime });
  });
  afterEach(async () => {
    await registry.start();
    for (const app of apps.splice(0)) await app.remove();
  });
  afterAll(() => server?.stop());

  const newApp = () => {
    const app = new DeployedApp(server);
    apps.push(app);
    return app;
  };
  /** Build an image that says `said`, and push it. Gives back the pinned reference. */
  const publish = async (reference: string, said: string): Promise<string> => {
    const image = await anImage(from, reference, said);
    return (await push(from, image, { login: loginTo(registry) }).pushed).reference;
  };

  test("pulls with the login it is given, and runs what the tag names by then", async () => {
    const app = newApp();
    const reference = newName(registry.host);
    await publish(reference, "version 1");
    const login = loginTo(registry);

    expect(await app.deploy(reference, { login })).toMatchObject({ state: "succeeded" });
    expect((await app.runs()).said).toBe("version 1");

    await publish(reference, "version 2");
    expect(await app.deploy(reference, { login })).toMatchObject({ state: "succeeded" });
    expect((await app.runs()).said).toBe("version 2");
  });

  test("runs the image that was pushed, wherever its tag has moved since", async () => {
    const app = newApp();
    const reference = newName(registry.host);
    const pinned = await publish(reference, "mine");
    await publish(reference, "somebody else's");

    expect(await app.deploy(pinned, { login: loginTo(registry) })).toMatchObject({
      state: "succeeded",
    });

    expect((await app.runs()).said).toBe("mine");
  });

  test("does not ask the registry again for what a digest names", async () => {
    const app = newApp();
    const pinned = await publish(newName(registry.host), "pinned");
    const login = loginTo(registry);
    const first = await app.deploy(pinned, { login });
    await registry.stop();

    const again = await app.deploy(pinned, { login });

    expect(again).toMatchObject({ state: "succeeded", imageId: first.imageId });
    expect((await app.runs()).said).toBe("pinned");
  });

  test("never runs an older image when the pull is refused", async () => {
    const app = newApp();
    const reference = newName(registry.host);
    await publish(reference, "version 1");
    await app.deploy(reference, { login: loginTo(registry) });
    await publish(reference, "version 2");

    const expired = await app.deploy(reference, { login: loginTo(registry, "expired") });
    const none = await app.deploy(reference);
    await registry.stop();
    const down = await app.deploy(reference, { login: loginTo(registry) });

    expect([expired, none, down]).toMatchObject([
      { state: "failed", error: { code: "REGISTRY_UNAUTHORIZED" } },
      { state: "failed", error: { code: "REGISTRY_UNAUTHORIZED" } },
      { state: "failed", error: { code: "REGISTRY_UNREACHABLE" } },
    ]);
    for (const { error } of [expired, none, down]) {
      expect(error?.message).toContain(`Cannot pull "${reference}": ${registry.host} `);
      expect(error?.hint).toMatch(/./);
    }
    expect((await app.runs()).said).toBe("version 1");
  });

  test("says that the registry does not have a tag", async () => {
    const reference = newName(registry.host);
    await publish(reference, "there");
    const unknown = reference.replace(/v1$/, "v2");

    const { state, error } = await newApp().deploy(unknown, { login: loginTo(registry) });

    expect(state).toBe("failed");
    expect(error?.code).toBe("IMAGE_NOT_FOUND");
    expect(error?.message).toContain(`Cannot pull "${unknown}": ${registry.host} does not have it`);
  });

  test("if_missing pulls what is missing, and then never asks", async () => {
    const app = newApp();
    const reference = newName(registry.host);
    await publish(reference, "stable");
    const options = { pullPolicy: "if_missing", login: loginTo(registry) } as const;

    expect(await app.deploy(reference, options)).toMatchObject({ state: "succeeded" });
    await registry.stop();
    expect(await app.deploy(reference, options)).toMatchObject({ state: "succeeded" });

    expect((await app.runs()).said).toBe("stable");
  });

  test("never fails clearly without the image, and runs it when it is there", async () => {
    const app = newApp();
    const reference = newName(registry.host);
    await publish(reference, "in the registry");
    const options = { pullPolicy: "never", login: loginTo(registry) } as const;

    const missing = await app.deploy(reference, options);
    await anImage(testEngine(engine).host, reference, "on the server");
    await registry.stop();
    const there = await app.deploy(reference, options);

    expect(missing).toMatchObject({ state: "failed", error: { code: "IMAGE_NOT_FOUND" } });
    expect(missing.error?.message).toContain(`its pull policy is "never"`);
    expect(there).toMatchObject({ state: "succeeded" });
    expect((await app.runs()).said).toBe("on the server");
  });

  test("never replaces an image that was sent to it by one of the registry", async () => {
    const app = newApp();
    const reference = newName(registry.host);
    await publish(reference, "the registry's");
    const sent = await anImage(testEngine(engine).host, reference, "sent");

    const { imageId } = await app.deploy(reference, { pushed: true, login: loginTo(registry) });

    expect(imageId).toBe(sent.id);
    expect((await app.runs()).said).toBe("sent");
  });

  test("says when the registry has the image for other processors only", async () => {
    const reference = newName(registry.host);
    await publishFor("arm64", registry, reference);

    const { state, error } = await newApp().deploy(reference, { login: loginTo(registry) });

    expect(state).toBe("failed");
    expect(error?.code).toBe("IMAGE_PLATFORM_MISMATCH");
  });

  test("keeps nothing of images whose releases are gone", async () => {
    const app = newApp();
    const reference = newName(registry.host);
    const options = { login: loginTo(registry), history: { strategy: "local", count: 1 } };
    const ids: string[] = [];
    for (const [said, pinned] of [
      ["one", true],
      ["two", false],
      ["three", false],
      ["four", true],
      ["five", true],
    ] as const) {
      const published = await publish(reference, said);
      const { imageId, error } = await app.deploy(pinned ? published : reference, options);
      ids.push(imageId ?? error?.message ?? "");
    }

    const left = await Promise.all(
      ids.map((id) => server.engine.jsonOrNull(`/images/${id}/json`).then(Boolean)),
    );
    // The third has the tag in the engine; the last two are what runs and the one before it.
    expect(left).toEqual([false, false, true, true, true]);
    expect(await imagesNamed(server.engine, app.name)).toHaveLength(2);
  });

  test("lets several apps pull the same image at the same time", async () => {
    const pinned = await publish(newName(registry.host), "shared");
    const login = loginTo(registry);

    const ends = await Promise.all(
      Array.from({ length: 4 }, () => newApp().deploy(pinned, { login })),
    );

    expect(ends.map(({ state, error }) => error ?? state)).toEqual(Array(4).fill("succeeded"));
  });
});
