import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EventLog } from "../../core/events.ts";
import { PluginHost, setUpPlugins } from "../../core/host.ts";
import type { Target } from "../../plugin.ts";
import reference from "./reference.ts";

const directory = mkdtempSync(join(tmpdir(), "haloy-reference-"));
mkdirSync(join(directory, "apps/frontend"), { recursive: true });
mkdirSync(join(directory, "empty"));
for (const file of ["Dockerfile", "apps/frontend/Dockerfile.web"]) {
  writeFileSync(join(directory, file), "FROM scratch\n");
}
afterAll(() => rmSync(directory, { recursive: true }));

const host = new PluginHost(await setUpPlugins([{ plugin: reference, options: undefined }]), {
  events: new EventLog(),
  signal: new AbortController().signal,
  env: {},
});

type Image = Partial<Omit<NonNullable<Target["image"]>, "buildConfig">> & {
  readonly buildConfig?: Partial<NonNullable<NonNullable<Target["image"]>["buildConfig"]>>;
};

/** Resolve an image as a config in `folder` has it. */
function resolve(image: Image | undefined, folder = directory) {
  const target = { name: "shop", image } as unknown as Target;
  return host.first("resolveImage", { target, directory: folder });
}

const registry = { username: { value: "me" }, password: { from: { env: "PASSWORD" } } };

test.each([
  ["the server, when nothing is said", {}, "server"],
  ["the registry, when the image has a login for one", { registry }, "registry"],
  ["where push says", { registry, buildConfig: { push: "server" } }, "server"],
  ["where push says, also without a login", { buildConfig: { push: "registry" } }, "registry"],
  ["where a plugin's strategy brings it", { buildConfig: { push: "s3" } }, "s3"],
])("a built image goes to %s", async (_title, image, strategy) => {
  expect((await resolve({ build: true, ...image })).push).toEqual({ strategy });
});

test.each([
  ["no image at all", undefined, true],
  ["no repository", { history: { strategy: "none" } }, true],
  ["a repository", { repository: "nginx:alpine" }, false],
  ["a repository and build_config", { repository: "shop", buildConfig: {} }, true],
  ["build: true without build_config", { repository: "shop", build: true }, true],
  ["build: false with build_config", { build: false, buildConfig: {} }, false],
  ["build: false alone", { build: false }, false],
])("%s: is it built?", async (_title, image, built) => {
  const { build, push } = await resolve(image);
  expect(build !== null).toBe(built);
  expect(push !== null).toBe(built);
});

test("what is built where nothing is written", async () => {
  expect(await resolve(undefined)).toEqual({
    reference: "shop:latest",
    build: {
      context: directory,
      dockerfile: join(directory, "Dockerfile"),
      platforms: ["linux/amd64"],
      args: [],
      stage: null,
      secrets: [],
      cacheFrom: [],
      cacheTo: [],
    },
    push: { strategy: "server" },
    login: null,
    pullPolicy: "always",
    history: { strategy: "local" },
  });
});

test("all paths are relative to the config file, those of cache folders too", async () => {
  const { build } = await resolve({
    buildConfig: {
      context: "./apps/frontend",
      dockerfile: "apps/frontend/Dockerfile.web",
      platforms: ["linux/arm64", "linux/amd64", "linux/arm64"],
      target: "release",
      cacheFrom: ["type=local,src=../cache", "type=local,src=/abs", "me/app:cache", "type=gha"],
      cacheTo: ["mode=max,type=local,dest=a", '"type=local","dest=with, comma"', "type=inline"],
    },
  });
  expect(build).toEqual({
    context: join(directory, "apps/frontend"),
    dockerfile: join(directory, "apps/frontend/Dockerfile.web"),
    platforms: ["linux/arm64", "linux/amd64"],
    args: [],
    stage: "release",
    secrets: [],
    cacheFrom: [
      `type=local,src=${join(directory, "../cache")}`,
      "type=local,src=/abs",
      "me/app:cache",
      "type=gha",
    ],
    cacheTo: [
      `mode=max,type=local,dest=${join(directory, "a")}`,
      `type=local,"dest=${join(directory, "with, comma")}"`,
      "type=inline",
    ],
  });
});

const empty = join(directory, "empty");

test.each([
  {
    title: "a build that nobody asked for: both ways out",
    image: undefined,
    message: `the Dockerfile ${join(empty, "Dockerfile")} does not exist`,
    hint: 'No image is named, so it is built. Write this Dockerfile, or name the image to run, as in image: "nginx:alpine"',
  },
  {
    title: "a build that build: true asks for",
    image: { build: true },
    message: `the Dockerfile ${join(empty, "Dockerfile")} does not exist`,
    hint: 'Create it, or correct "image.build_config.dockerfile": it is relative to the config file',
  },
  {
    title: "a Dockerfile that is relative to the context",
    image: { buildConfig: { context: "../apps/frontend", dockerfile: "Dockerfile.web" } },
    message: `the Dockerfile ${join(empty, "Dockerfile.web")} does not exist`,
    hint: 'Write "dockerfile: ../apps/frontend/Dockerfile.web": it is relative to the config file, not to the context',
  },
  {
    title: "a Dockerfile that is a folder",
    image: { buildConfig: { dockerfile: "../apps" } },
    message: `the Dockerfile ${join(directory, "apps")} is a folder`,
    hint: 'Create it, or correct "image.build_config.dockerfile": it is relative to the config file',
  },
  {
    title: "a context that is not there",
    image: { buildConfig: { context: "./src" } },
    message: `the build context ${join(empty, "src")} does not exist`,
    hint: 'Create it, or correct "image.build_config.context": it is relative to the config file',
  },
  {
    title: "a context that is a file",
    image: { buildConfig: { context: "../Dockerfile" } },
    message: `the build context ${join(directory, "Dockerfile")} is not a folder`,
    hint: 'Create it, or correct "image.build_config.context": it is relative to the config file',
  },
])("$title: the error shows the whole path and the next step", async (wrong) => {
  await expect(resolve(wrong.image, empty)).rejects.toMatchObject({
    code: "BUILD_FAILED",
    message: `Cannot build: ${wrong.message}`,
    hint: wrong.hint,
  });
});
