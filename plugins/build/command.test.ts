import { chmodSync, copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EngineClient, engineAddress } from "../../engine/client.ts";
import { type BuildArgument, type HookContext, Secret } from "../../plugin.ts";
import { testEngines } from "../../test/engines.ts";
import { buildWithCommand, findDocker } from "./command.ts";

const REFERENCE = "haloy-test-build-arguments:1";

afterAll(async () => {
  for (const { host } of testEngines()) {
    const engine = new EngineClient(engineAddress({ DOCKER_HOST: host }));
    await engine.call(`/images/${REFERENCE}`, { method: "DELETE", expect: [404] });
  }
});

/** Build an image whose labels say what its arguments were, and give back these and the argv. */
async function build(
  { host, dockerCli = "/usr/bin/docker" }: ReturnType<typeof testEngines>[number],
  args: readonly BuildArgument[],
  env: Readonly<Record<string, string>> = {},
) {
  const dir = mkdtempSync(join(tmpdir(), "haloy-build-"));
  const argvFile = join(dir, "argv");
  copyFileSync("/bin/busybox", join(dir, "busybox"));
  writeFileSync(
    join(dir, "Dockerfile"),
    [
      "FROM scratch",
      "COPY busybox /busybox",
      ...args.map(({ name }) => `ARG ${name}\nLABEL l.${name}="$${name}"`),
    ].join("\n"),
  );
  writeFileSync(
    join(dir, "docker"),
    `#!/bin/sh\nprintf '%s\\n' "$@" >> '${argvFile}'\nexec '${dockerCli}' "$@"\n`,
  );
  chmodSync(join(dir, "docker"), 0o755);
  const context: HookContext = {
    plugin: "build-docker",
    hook: "build",
    signal: AbortSignal.timeout(100_000),
    env: {
      PATH: `${dir}:${dirname(dockerCli)}:/usr/bin:/bin`,
      HOME: dir,
      DOCKER_HOST: host,
      ...env,
    },
    log: () => {},
    progress: () => {},
    relay: () => {},
  };
  const docker = await findDocker(context);
  if (!docker) throw new Error("there is no docker command that builds");
  const request = {
    context: dir,
    dockerfile: join(dir, "Dockerfile"),
    platform: "linux/amd64",
    args,
  };
  await buildWithCommand(docker, request, REFERENCE, context);
  const engine = new EngineClient(engineAddress(context.env));
  const image = await engine.json<{ Config: { Labels: Record<string, string> } }>(
    `/images/${REFERENCE}/json`,
  );
  return { labels: image.Config.Labels, argv: readFileSync(argvFile, "utf8") };
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
