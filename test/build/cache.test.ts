/**
 * Where a build keeps what it may need again, and where it looks for that.
 */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testEngine } from "../engines.ts";
import { engineAt } from "../push/image.ts";
import { savedBytes } from "./contents.ts";
import { BUSYBOX, workshop } from "./harness.ts";

/** A Dockerfile that nobody has in a cache. */
const fresh = () => `${BUSYBOX}RUN echo ${crypto.randomUUID()} > /made`;

test("a cache that one engine wrote into a folder spares another one the work", async () => {
  const dockerfile = fresh();
  const folder = mkdtempSync(join(tmpdir(), "haloy-cache-"));
  const writer = await workshop(testEngine("28-containerd"), dockerfile, {
    request: { cacheTo: [`type=local,dest=${folder}`] },
  });
  await writer.build();
  expect(readdirSync(folder)).toContain("index.json");
  const reader = await workshop(testEngine("28-overlay2"), dockerfile, {
    request: { cacheFrom: [`type=local,src=${folder}`] },
  });
  await reader.build();
  rmSync(folder, { recursive: true });
  expect(await reader.said()).toMatch(/#(\d+) \[3\/3\] RUN echo.*#\1 CACHED/s);
});

test("a builder that cannot keep a cache in a folder says so, and what can be done", async () => {
  const { build } = await workshop(testEngine("28-overlay2"), fresh(), {
    request: { cacheTo: ["type=local,dest=/nowhere"] },
  });
  await expect(build()).rejects.toMatchObject({
    code: "BUILD_FAILED",
    message: expect.stringContaining("Cache export is not supported for the docker driver"),
    hint: expect.stringContaining("Turn on the containerd image store"),
  });
});

test("Docker 20.10 keeps a cache in the image and finds one in an image, and nowhere else", async () => {
  const engine = testEngine("20.10");
  const dockerfile = fresh();
  const request = { cacheTo: ["type=inline"] };
  const { reference, build } = await workshop(engine, dockerfile, { request });
  await build();
  const saved = await savedBytes(engineAt(engine.host), reference);
  expect(saved.includes("moby.buildkit.cache.v0")).toBe(true);
  const reader = await workshop(engine, dockerfile, {
    request: { cacheFrom: [`type=registry,ref=${reference}`] },
  });
  await reader.build();
  expect(reader.argv()).toContain(`--cache-from=${reference}\n`);

  for (const request of [
    { cacheTo: ["type=local,dest=/nowhere"] },
    { cacheFrom: ["type=local,src=/nowhere"] },
  ]) {
    const { build, argv } = await workshop(engine, dockerfile, { request });
    await expect(build()).rejects.toMatchObject({
      code: "BUILD_FAILED",
      message: expect.stringMatching(/^Cannot build with the cache.*has no buildx$/),
      hint: expect.stringContaining("https://docs.docker.com/go/buildx/"),
    });
    expect(argv()).not.toContain("--file");
  }
});
