/**
 * When the deploy engine `docker` takes a new version for healthy, against a real Docker Engine.
 *
 * @module
 */

import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { ContainerInspect } from "../../engine/types.ts";
import { longestHealthcheckMs } from "../../plugins/deploy/docker/healthcheck.ts";
import { sideBySide } from "../side-by-side.ts";
import { type App, newApp } from "./harness.ts";

afterAll(() => newApp().removeImages());

sideBySide(["with a HEALTHCHECK"], "%s", () => {
  let app: App;

  beforeEach(() => {
    app = newApp();
  });
  afterEach(() => app.remove());

  test("a HEALTHCHECK in the image decides, whatever the port answers", async () => {
    const good = await app.image(
      "elsewhere",
      "HEALTHCHECK --interval=1s CMD wget -q -O /dev/null http://127.0.0.1:3000/; true",
    );
    const { lines } = await app.deploy(good);
    expect(lines.join("\n")).toContain("HEALTHCHECK: healthy");
    const bad = await app.image(
      "v2",
      "HEALTHCHECK --interval=1s --retries=1 CMD echo not well; false",
    );
    await expect(app.deploy(bad)).rejects.toMatchObject({
      code: "CONTAINER_UNHEALTHY",
      details: { probe: { body: "not well\n", error: "exit code 1" } },
    });
  });

  test("a HEALTHCHECK has the time that its own settings give it", async () => {
    const image = await app.image(
      "elsewhere",
      "HEALTHCHECK --interval=3s --timeout=1s CMD wget -q -O /dev/null http://127.0.0.1:3000/; true",
    );
    const { lines } = await app.deploy(image, { healthTimeoutSeconds: 1 });
    expect(lines.join("\n")).toContain("HEALTHCHECK: healthy");
  });
});

sideBySide(["without one"], "%s", () => {
  let app: App;

  beforeEach(() => {
    app = newApp();
  });
  afterEach(() => app.remove());

  test("a worker is healthy when it keeps running, and the old one is replaced", async () => {
    const target = { domains: [] };
    const image = await app.image("worker");
    const first = await app.deploy(image, { target });
    const second = await app.deploy(image, { target, previous: first.deployment });
    expect((await app.containers()).map(({ deployment }) => deployment)).toEqual([
      second.deployment,
    ]);
    const dying = app.deploy(await app.image("dyingWorker"), {
      target,
      previous: second.deployment,
    });
    await expect(dying).rejects.toMatchObject({
      code: "CONTAINER_EXITED",
      details: { exitCode: 9 },
    });
    expect((await app.containers()).map(({ deployment }) => deployment)).toEqual([
      second.deployment,
    ]);
  });

  test("an app that stops answering within min_ready_seconds fails with what it answered", async () => {
    const deploy = app.deploy(await app.image("sickens"), { target: { minReadySeconds: 6 } });
    await expect(deploy).rejects.toMatchObject({
      code: "CONTAINER_UNHEALTHY",
      message: expect.stringContaining("did not stay healthy"),
      details: { probe: { status: 404 } },
    });
    expect(await app.containers()).toEqual([]);
  });

  test("an app that listens only inside its container is told so", async () => {
    const deploy = app.deploy(await app.image("inside"), { healthTimeoutSeconds: 1 });
    await expect(deploy).rejects.toMatchObject({ hint: expect.stringContaining("127.0.0.1") });
  });
});

test("a HEALTHCHECK without settings of its own may take as long as Docker's defaults", () => {
  const seen = {
    State: { Health: { Status: "starting" } },
    Config: { Healthcheck: {} },
  } as ContainerInspect;
  expect(longestHealthcheckMs(seen)).toBe(150_000);
});
