/**
 * Build arguments: any name, and secret ones not on the command line.
 */

import { expect, test } from "vitest";
import { type BuildArgument, Secret } from "../../plugin.ts";
import { type TestEngine, testEngines } from "../engines.ts";
import { engineAt } from "../push/image.ts";
import { workshop } from "./harness.ts";

/** Build an image whose labels say what its arguments were, and give back these and the argv. */
async function build(
  engine: TestEngine,
  args: readonly BuildArgument[],
  env: Readonly<Record<string, string>> = {},
) {
  const declared = args.map(({ name }) => `ARG ${name}\nLABEL l.${name}="$${name}"`);
  const dockerfile = ["FROM scratch", "COPY busybox /busybox", ...declared].join("\n");
  const { reference, build, argv } = await workshop(engine, dockerfile, { request: { args }, env });
  await build();
  const image = await engineAt(engine.host).json<{ Config: { Labels: Record<string, string> } }>(
    `/images/${reference}/json`,
  );
  return { labels: image.Config.Labels, argv: argv() };
}

test.each(testEngines())(
  "a build argument may have any name (Docker Engine $name)",
  async (engine) => {
    const plain = {
      PATH: "/nowhere",
      HOME: "/nowhere",
      DOCKER_HOST: "tcp://127.0.0.1:9",
      DOCKER_CONFIG: "/nowhere",
      BUILDX_BUILDER: "nobody",
      VERSION: "1.0=final",
      EMPTY: "",
    };
    const args = Object.entries(plain).map(([name, value]) => ({ name, value }));
    const { labels } = await build(engine, args);
    for (const [name, value] of Object.entries(plain)) expect(labels[`l.${name}`]).toBe(value);
  },
);

test.each(testEngines())("a secret one is not on the command line ($name)", async (engine) => {
  const proxy = "http://user:hunter2@127.0.0.1:9";
  const { labels, argv } = await build(
    engine,
    [
      { name: "TOKEN", value: new Secret("s3ntinel-4711") },
      // The proxy that docker is told of anyway.
      { name: "HTTP_PROXY", value: new Secret(proxy) },
    ],
    { HTTP_PROXY: proxy },
  );
  expect(labels["l.TOKEN"]).toBe("s3ntinel-4711");
  expect(labels["l.HTTP_PROXY"]).toBe(proxy);
  expect(argv).toContain("--build-arg=TOKEN\n");
  expect(argv).not.toContain("s3ntinel");
  expect(argv).not.toContain("hunter2");
});

test.each(["PATH", "DOCKER_HOST", "BUILDX_CONFIG", "SSH_AUTH_SOCK", "https_proxy", "LD_PRELOAD"])(
  "a secret one named %s is refused before docker would obey it",
  async (name) => {
    const [engine] = testEngines();
    if (!engine) throw new Error("there is no engine");
    const building = build(engine, [{ name, value: new Secret("hunter22") }]);
    await expect(building).rejects.toMatchObject({
      code: "BUILD_FAILED",
      message: expect.stringContaining(`"${name}"`),
      hint: expect.stringContaining(`"APP_${name}"`),
    });
  },
);
