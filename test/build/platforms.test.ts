/**
 * Several platforms in one image: built where the engine can keep it, refused before elsewhere.
 */

import { expect, test } from "vitest";
import { testEngine, testEngines } from "../engines.ts";
import { engineAt } from "../push/image.ts";
import { savedBytes } from "./contents.ts";
import { workshop } from "./harness.ts";

const DOCKERFILE = `FROM scratch
ARG TARGETARCH
COPY busybox /busybox-$TARGETARCH`;
const platforms = ["linux/arm64", "linux/amd64"];
const containerd = testEngine("28-containerd");

test("containerd's image store gets an image of all platforms that are asked for", async () => {
  const { reference, build } = await workshop(containerd, DOCKERFILE, { request: { platforms } });
  const image = await build();
  expect(image).toMatchObject({ platform: "linux/arm64", platforms });
  expect(image.diffIds).toHaveLength(1);

  const engine = engineAt(containerd.host);
  const saved = await savedBytes(engine, reference);
  for (const arch of ["arm64", "amd64"]) expect(saved.includes(`busybox-${arch}`)).toBe(true);
  // The layers are those of the first platform, not of this computer.
  const platform = JSON.stringify({ os: "linux", architecture: "arm64" });
  const arm = await engine.json<{ RootFS: { Layers: string[] } }>(`/images/${reference}/json`, {
    query: { platform },
  });
  expect(image.diffIds).toEqual(arm.RootFS.Layers);
});

test.each(testEngines().filter(({ name }) => name !== containerd.name))(
  "an image store that keeps one platform of an image is named before anything is built ($name)",
  async (engine) => {
    const { build, argv } = await workshop(engine, DOCKERFILE, { request: { platforms } });
    await expect(build()).rejects.toMatchObject({
      code: "BUILD_FAILED",
      message: `Cannot build for linux/arm64 and linux/amd64 at once: the image store of the Docker Engine at ${engine.host} (overlay2) keeps one platform of an image`,
      hint: expect.stringContaining("turn on the containerd image store"),
    });
    expect(argv()).not.toContain("--platform");
  },
);

test("a docker command without buildx is told before it builds for several platforms", async () => {
  const options = { cli: "/usr/bin/docker", request: { platforms } };
  const { build, argv } = await workshop(containerd, DOCKERFILE, options);
  await expect(build()).rejects.toMatchObject({
    code: "BUILD_FAILED",
    message:
      "Cannot build with 2 platforms: this docker command is older than 23 and has no buildx",
    hint: expect.stringContaining("https://docs.docker.com/go/buildx/"),
  });
  expect(argv()).not.toContain("--platform");
});
