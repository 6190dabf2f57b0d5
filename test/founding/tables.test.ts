/**
 * Each row of the founding document's tables, and the rules written beside them.
 *
 * @module
 */

import { describe, expect, test } from "vitest";
import { loadConfig } from "../../core/config/load.ts";
import { isHaloyError } from "../../core/errors.ts";
import type { ImageConfig } from "../../core/target.ts";
import { writeAs } from "./config.ts";

/** `image` of the app `my-app` with these lines under `image:`. */
async function image(lines: string): Promise<ImageConfig | undefined> {
  const yaml = `name: my-app\nimage:\n${lines.replace(/^(?=.)/gm, "  ")}`;
  return (await loadConfig(await writeAs(yaml, "yaml"))).config.targets["my-app"]?.image;
}

/** What the author of a config is told. */
async function told(yaml: string): Promise<string> {
  const file = await writeAs(yaml, "yaml");
  const thrown = await loadConfig(file).then(
    () => new Error("the config was accepted"),
    (error: unknown) => error,
  );
  if (!isHaloyError(thrown)) throw thrown;
  return thrown.message.replaceAll(file, "haloy.yaml");
}

const refused = (lines: string) => told(`name: my-app\nimage:\n${lines.replace(/^(?=.)/gm, "  ")}`);

describe("Basic Image Configuration", () => {
  test("repository: text, not required", async () => {
    expect((await image("repository: nginx"))?.repository).toBe("nginx");
    expect((await image("build: true"))?.repository).toBeUndefined();
    expect(await refused("repository: 5")).toContain("image.repository must be a string");
  });

  test("tag: text, also inside of the repository, but not in both", async () => {
    expect((await image("repository: nginx\ntag: alpine"))?.tag).toBe("alpine");
    expect(await refused("repository: nginx\ntag: 1.5")).toContain("image.tag must be a string");
    expect(await refused("repository: nginx:alpine\ntag: alpine")).toContain(
      `image.tag is written twice: "repository" already has a tag`,
    );
  });

  test("pull_policy: one of three words", async () => {
    expect((await image("repository: nginx\npull_policy: never"))?.pullPolicy).toBe("never");
    expect(await refused("repository: nginx\npull_policy: sometimes")).toContain(
      `image.pull_policy must be "always", "if_missing" or "never"`,
    );
  });

  test("build: true or false", async () => {
    expect((await image("build: true"))?.build).toBe(true);
    expect((await image("repository: nginx\nbuild: false"))?.build).toBe(false);
    expect(await refused("build: maybe")).toContain("image.build must be true or false");
  });

  test("registry, history and build_config: maps", async () => {
    for (const key of ["registry", "history", "build_config"]) {
      expect(await refused(`repository: nginx\n${key}: [1]`)).toContain(`image.${key} must be`);
    }
  });
});

describe("Pull Policy", () => {
  test.each([
    ["always", "always"],
    ["if_missing", "if_missing"],
    ["never", "never"],
  ])("%s", async (written, policy) => {
    expect((await image(`repository: nginx\npull_policy: ${written}`))?.pullPolicy).toBe(policy);
  });

  test("always is the default", async () => {
    expect((await image("repository: nginx"))?.pullPolicy).toBe("always");
  });

  test.each(["database", "service"])(
    "%s sets if_missing when an image is configured",
    async (preset) => {
      const load = async (yaml: string) =>
        Object.values((await loadConfig(await writeAs(yaml, "yaml"))).config.targets)[0]?.image;
      expect((await load(`name: db\npreset: ${preset}\nimage: postgres:18`))?.pullPolicy).toBe(
        "if_missing",
      );
      expect(await load(`name: db\npreset: ${preset}`)).toBeUndefined();
    },
  );
});

describe("Build Configuration", () => {
  const build = async (lines: string) =>
    (await image(`build_config:\n${lines.replace(/^(?=.)/gm, "  ")}`))?.buildConfig;

  test("nothing is required", async () => {
    expect(await build("{}")).toEqual({
      ...{ context: ".", dockerfile: "Dockerfile", platforms: ["linux/amd64"] },
      ...{ args: [], secrets: [], cacheFrom: [], cacheTo: [] },
    });
  });

  test.each([
    ["context: ./app", { context: "./app" }],
    ["dockerfile: Dockerfile.prod", { dockerfile: "Dockerfile.prod" }],
    ["platform: linux/arm64", { platforms: ["linux/arm64"] }],
    ["args: [{ name: A, value: b }]", { args: [{ name: "A", value: "b" }] }],
    ["push: registry", { push: "registry" }],
    ["push: server", { push: "server" }],
  ])("%s", async (lines, expected) => {
    expect(await build(lines)).toMatchObject(expected);
  });

  test.each([
    ["context: [a]", "image.build_config.context must be a string, not a list"],
    ["dockerfile: 5", "image.build_config.dockerfile must be a string, not a number"],
    ["platform: windows", `image.build_config.platform[0] must look like "linux/amd64"`],
    ["args: text", "image.build_config.args must be a list, not a string"],
    ["push: [server]", "image.build_config.push must be a string, not a list"],
  ])("%s is refused", async (lines, message) => {
    const problem = await refused(`build_config:\n${lines.replace(/^(?=.)/gm, "  ")}`);
    expect(problem.replace("platform[0]", "platform")).toContain(
      message.replace("platform[0]", "platform"),
    );
  });
});

describe("Rollback Strategies", () => {
  const history = async (written: string) =>
    (await image(`repository: ghcr.io/my-org/my-app\ntag: v1\nhistory: ${written}`))?.history;

  test("local is the default", async () => {
    expect((await image("repository: nginx"))?.history).toEqual({ strategy: "local" });
  });

  test.each([
    ["{ strategy: local, count: 5 }", { strategy: "local", count: 5 }],
    [
      `{ strategy: registry, count: 10, pattern: "v*" }`,
      { strategy: "registry", count: 10, pattern: "v*" },
    ],
    ["{ strategy: none }", { strategy: "none" }],
  ])("%s", async (written, expected) => {
    expect(await history(written)).toEqual(expected);
  });

  test.each(["latest", "main", "master"])(
    "registry refuses the tag %s, which moves",
    async (tag) => {
      const lines = `repository: ghcr.io/a/b\ntag: ${tag}\nhistory: { strategy: registry, pattern: "*" }`;
      expect(await refused(lines)).toContain(`image.tag has the tag "${tag}", which moves`);
    },
  );

  test("registry needs a tag that matches its pattern", async () => {
    const lines = `repository: ghcr.io/a/b\ntag: 1.2.3\nhistory: { strategy: registry, pattern: "v*" }`;
    expect(await refused(lines)).toContain(`does not match the history's pattern "v*"`);
    const inside = `repository: ghcr.io/a/b:v2\nhistory: { strategy: registry, pattern: "v*" }`;
    expect((await image(inside))?.history.strategy).toBe("registry");
  });
});

describe("Rules of image and image_key", () => {
  test("a target sets one or the other", async () => {
    const yaml = `images: { web: nginx }\ntargets: { a: { image: redis, image_key: web } }`;
    expect(await told(yaml)).toContain('targets.a.image_key cannot be set together with "image"');
  });

  test("image_key that names nothing lists the names there are", async () => {
    const yaml = `images: { web: nginx, worker: redis }\ntargets: { a: { image_key: wrker } }`;
    expect(await told(yaml)).toContain("not one of the images: web, worker");
    expect(await told(yaml)).toContain(`Did you mean "worker"?`);
  });

  test("the order is target image, then image_key, then root image", async () => {
    const yaml = `image: base:1
images: { web: "web:1" }
targets:
  own: { image: "own:1" }
  named: { image_key: web }
  inherited: {}`;
    const { targets } = (await loadConfig(await writeAs(yaml, "yaml"))).config;
    const repositories = Object.values(targets).map(({ image }) => image?.repository);
    expect(repositories).toEqual(["own:1", "web:1", "base:1"]);
  });
});
