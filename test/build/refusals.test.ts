/**
 * What the engine's own builder cannot do is told before anything is sent to it: by a build, and
 * already by the check that a plan makes.
 */

import { expect, test } from "vitest";
import { Secret, type ServerConnection, type Target } from "../../plugin.ts";
import { testEngine, testEngines } from "../engines.ts";
import { proxyEngine } from "../push/proxy.ts";
import { workshop } from "./harness.ts";

const DOCKERFILE = "FROM scratch\nCOPY busybox /busybox";
const secrets = [{ name: "NPM_TOKEN", value: new Secret("hunter22") }];

const refused = [
  { what: "secret mounts", request: { secrets }, message: 'secret mounts ("NPM_TOKEN")' },
  {
    what: "a cache's destination",
    request: { cacheTo: ["type=inline"] },
    message: 'the cache "type=inline"',
  },
  {
    what: "a cache that is no image",
    request: { cacheFrom: ["type=gha"] },
    message: 'the cache source "type=gha"',
  },
  {
    what: "several platforms",
    request: { platforms: ["linux/amd64", "linux/arm64"] },
    message: "2 platforms",
  },
];

test.each(refused)("without a docker command, $what are refused", async ({ request, message }) => {
  const engine = testEngine("28-containerd");
  await using proxy = await proxyEngine(engine.host);
  const options = { cli: null, request, host: proxy.host };
  const { build } = await workshop(engine, DOCKERFILE, options);
  await expect(build()).rejects.toMatchObject({
    code: "BUILD_FAILED",
    message: `Cannot build with ${message}: there is no docker command with BuildKit on this computer`,
    hint: expect.stringContaining("Install docker with buildx"),
  });
  expect(proxy.requests).not.toContain("POST /build");
});

test.each(testEngines())("it takes cached layers from an image ($name)", async (engine) => {
  const first = await workshop(engine, DOCKERFILE, { cli: null });
  const { id } = await first.build();
  const request = { cacheFrom: [first.reference] };
  const second = await workshop(engine, DOCKERFILE, { cli: null, request });
  expect(await second.build()).toMatchObject({ id });
  expect(await second.said()).toContain("Using cache");
});

test("a plan finds out too what cannot be built", async () => {
  const engine = testEngine("28-overlay2");
  const { host } = await workshop(engine, DOCKERFILE);
  const buildConfig = {
    context: ".",
    dockerfile: "Dockerfile",
    platforms: ["linux/amd64", "linux/arm64"],
    args: [],
    secrets: [],
    cacheFrom: [],
    cacheTo: [],
  };
  const target = { name: "app", image: { buildConfig } } as unknown as Target;
  const [error] = await host.all("verify", { target, server: {} as ServerConnection });
  expect(error).toMatchObject({
    code: "BUILD_FAILED",
    message: expect.stringContaining("keeps one platform of an image"),
  });
});
