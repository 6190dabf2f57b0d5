/**
 * Every configuration in the founding document, in every format, and what it means.
 *
 * @module
 */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../core/config/load.ts";
import { EventLog } from "../../core/events.ts";
import type { ResolvedImage } from "../../core/hooks.ts";
import { PluginHost, setUpPlugins } from "../../core/host.ts";
import type { Target } from "../../core/target.ts";
import imagePlugin from "../../plugins/image/reference.ts";
import { example, FORMS, type Form, named, underImage, writeAs } from "./config.ts";

type Targets = Readonly<Record<string, Target>>;

async function load(yaml: string, form: Form): Promise<Targets> {
  return (await loadConfig(await writeAs(yaml, form))).config.targets;
}

/** What the built-in plugin makes of a target's image; every Dockerfile it may name is there. */
async function image(file: string, target: Target): Promise<ResolvedImage> {
  const directory = dirname(file);
  const { context = ".", dockerfile = "Dockerfile" } = target.image?.buildConfig ?? {};
  await mkdir(join(directory, context), { recursive: true });
  await mkdir(dirname(join(directory, dockerfile)), { recursive: true });
  await writeFile(join(directory, dockerfile), "FROM scratch\n");
  const running = await setUpPlugins([{ plugin: imagePlugin, options: undefined }]);
  const signal = new AbortController().signal;
  const host = new PluginHost(running, { events: new EventLog(), signal, env: {} });
  return await host.first("resolveImage", { target, directory });
}

/** The image of the only target of a config. */
async function onlyImage(yaml: string, form: Form): Promise<ResolvedImage> {
  const file = await writeAs(yaml, form);
  const [target] = Object.values((await loadConfig(file)).config.targets);
  if (!target) throw new Error("the config has no target");
  return await image(file, target);
}

const fromEnv = (env: string) => ({ from: { env } });
const fromSecret = (secret: string) => ({ from: { secret } });

describe.each(FORMS)("in %s:", (form) => {
  test("Multi-Target Image Selection: images at the root, chosen by image_key", async () => {
    for (const name of ["01-multi-target-image-key", "23-named-images-multi-target"]) {
      const file = await writeAs(await example(name), form);
      const { targets } = (await loadConfig(file)).config;
      expect(Object.keys(targets)).toEqual(["production", "jobs"]);
      const { production, jobs } = targets as Record<"production" | "jobs", Target>;
      expect(await image(file, production)).toMatchObject({
        reference: "ghcr.io/your-org/my-app-web:v1.2.3",
        build: null,
      });
      expect((await image(file, jobs)).reference).toBe("ghcr.io/your-org/my-app-worker:v1.2.3");
      expect(production.domains).toEqual([{ domain: "my-app.com", aliases: [] }]);
      expect(jobs).toMatchObject({ domains: [], server: "haloy.yourserver.com", name: "jobs" });
    }
  });

  test("String Shorthand: a string is the repository", async () => {
    const short = await load(await example("02-string-shorthand"), form);
    const long = await load(await example("03-object-form"), form);
    expect(short).toEqual(long);
    expect(short["my-app"]?.image?.repository).toBe("nginx:alpine");
  });

  test("String Shorthand: also in the images map, and mixed with objects", async () => {
    for (const [name, key, repository, tag] of [
      ["04-images-shorthand", "db", "postgres:18", undefined],
      ["04-images-shorthand", "cache", "redis:7", undefined],
      ["05-images-mixed", "db", "postgres:18", undefined],
      ["05-images-mixed", "api", "node", "20"],
    ] as const) {
      const yaml = `${await example(name)}\ntargets:\n  it:\n    image_key: ${key}\n`;
      const targets = await load(yaml, form);
      expect(targets.it?.image?.repository).toBe(repository);
      expect(targets.it?.image?.tag).toBe(tag);
    }
    const mixed = await load(named(await example("05-images-mixed")), form);
    expect(mixed["my-app"]?.image?.repository).toBe("nginx:alpine");
    const api = `${await example("05-images-mixed")}\ntargets:\n  it:\n    image_key: api\n`;
    expect((await load(api, form)).it?.image?.registry).toEqual({
      username: { value: "user" },
      password: fromSecret("registry-pass"),
    });
  });

  test("Simple Configuration: the tag in the repository or beside it", async () => {
    for (const name of ["06-public-object", "07-public-tag-field"]) {
      const { reference, build } = await onlyImage(named(await example(name)), form);
      expect([reference, build]).toEqual(["nginx:alpine", null]);
    }
  });

  test("Pull Policy: if_missing, and the presets' default overridden", async () => {
    const policy = async (yaml: string) => Object.values(await load(yaml, form))[0]?.image;
    expect(await policy(named(await example("25-pull-policy-if-missing")))).toMatchObject({
      ...{ repository: "postgres", tag: "18", pullPolicy: "if_missing" },
    });
    expect(await policy(await example("26-pull-policy-preset-override"))).toMatchObject({
      ...{ repository: "postgres", tag: "18", pullPolicy: "always" },
    });
  });

  test.each([
    ["08-registry-plain", { value: "your-username" }, { value: "your-password" }],
    ["09-registry-env", fromEnv("REGISTRY_USERNAME"), fromEnv("REGISTRY_PASSWORD")],
    [
      "10-registry-secret-provider",
      fromSecret("onepassword:registry-credentials:username"),
      fromSecret("onepassword:registry-credentials:password"),
    ],
    [
      "12-registry-ghcr",
      { value: "your-github-username" },
      { value: "ghp_your_personal_access_token" },
    ],
    [
      "13-registry-dockerhub",
      { value: "your-dockerhub-username" },
      { value: "your-dockerhub-token" },
    ],
  ])("Registry Authentication: %s", async (name, username, password) => {
    const [target] = Object.values(await load(named(await example(name)), form));
    expect(target?.image?.registry).toEqual({ username, password });
  });

  test("Registry Authentication: secret providers, and a registry's server by name", async () => {
    const file = await writeAs(await example("10-registry-secret-provider"), form);
    expect((await loadConfig(file)).config.secretProviders).toEqual({
      onepassword: {
        "registry-credentials": { vault: "Infrastructure", item: "GitHub Container Registry" },
      },
    });
    const custom = await load(await example("11-registry-custom-server"), form);
    expect(custom["my-app"]?.image?.registry?.server).toBe("myregistry.example.com");
  });

  test("Build Configuration: the example, under image", async () => {
    const file = await writeAs(underImage(await example("14-build-config")), form);
    const [target] = Object.values((await loadConfig(file)).config.targets);
    expect(target?.image?.buildConfig).toMatchObject({
      args: [
        { name: "NODE_ENV", value: "production" },
        { name: "API_URL", ...fromEnv("API_URL") },
      ],
    });
    expect(await image(file, target as Target)).toMatchObject({
      reference: "my-app:latest",
      build: {
        context: dirname(file),
        dockerfile: join(dirname(file), "Dockerfile"),
        platforms: ["linux/amd64"],
      },
      push: { strategy: "registry" },
    });
  });

  test("Dockerfile and Context: both relative to the config file's directory", async () => {
    const all = await example("15-build-context-paths");
    const fragments = all.split(/^#.*\n/m).filter((fragment) => fragment.trim() !== "");
    expect(fragments).toHaveLength(3);
    const paths = [];
    for (const fragment of fragments) {
      const file = await writeAs(underImage(fragment), form);
      const [target] = Object.values((await loadConfig(file)).config.targets);
      const { build } = await image(file, target as Target);
      const shown = (path: string | undefined) => path?.replace(dirname(file), "");
      paths.push([shown(build?.context), shown(build?.dockerfile)]);
    }
    expect(paths).toEqual([
      ["/dockerfiles/static", "/dockerfiles/static/Dockerfile-static"],
      ["/apps/frontend", "/dockerfiles/Dockerfile-node"],
      ["/src", "/Dockerfile"],
    ]);
  });

  test("Push to Server and Push to Registry: detected automatically", async () => {
    const server = await onlyImage(await example("16-push-to-server"), form);
    expect(server).toMatchObject({ push: { strategy: "server" }, reference: "my-app:latest" });
    expect(await onlyImage(await example("17-push-to-registry"), form)).toMatchObject({
      push: { strategy: "registry" },
      reference: "ghcr.io/your-org/my-app:latest",
    });
  });

  test("Build Arguments: value, environment, secret, and passed through by name", async () => {
    const targets = await load(named(await example("18-build-args")), form);
    expect(targets["my-app"]?.image?.buildConfig?.args).toEqual([
      { name: "NODE_ENV", value: "production" },
      { name: "BUILD_VERSION", ...fromEnv("VERSION") },
      { name: "NPM_TOKEN", ...fromSecret("onepassword:build-secrets:npm-token") },
      { name: "GITHUB_TOKEN", ...fromEnv("GITHUB_TOKEN") },
    ]);
  });

  test("Multi-Target with Shared Build: one build, pushed two ways", async () => {
    const file = await writeAs(await example("19-multi-target-shared-build"), form);
    const { production, staging } = (await loadConfig(file)).config.targets as Record<
      "production" | "staging",
      Target
    >;
    const one = await image(file, production);
    const other = await image(file, staging);
    expect(one.build).toEqual(other.build);
    expect([one.push?.strategy, other.push?.strategy]).toEqual(["server", "registry"]);
    expect([one.reference, other.reference]).toEqual(
      Array(2).fill("ghcr.io/your-org/my-app:latest"),
    );
    expect([production.image?.registry, staging.image?.registry]).toEqual([
      undefined,
      { username: fromEnv("GITHUB_USERNAME"), password: fromEnv("GITHUB_TOKEN") },
    ]);
  });

  test.each([
    ["20-history-local", { strategy: "local", count: 5 }],
    ["21-history-registry", { strategy: "registry", count: 10, pattern: "v*" }],
    ["22-history-none", { strategy: "none" }],
  ])("Rollback Strategies: %s", async (name, history) => {
    expect((await onlyImage(await example(name), form)).history).toEqual(history);
  });

  test("Complete Example", async () => {
    const file = await writeAs(await example("24-complete"), form);
    const { config } = await loadConfig(file);
    const target = config.targets["production-app"] as Target;
    expect(await image(file, target)).toMatchObject({
      reference: "ghcr.io/my-org/production-app:v1.5.2",
      build: { dockerfile: join(dirname(file), "Dockerfile.prod"), platforms: ["linux/amd64"] },
      push: { strategy: "registry" },
      history: { strategy: "registry", count: 10, pattern: "v*" },
    });
    expect(target.image?.buildConfig?.args.map(({ name }) => name)).toEqual([
      ...["NODE_ENV", "BUILD_VERSION", "NPM_TOKEN"],
    ]);
    expect(Object.keys(config.secretProviders.onepassword ?? {})).toEqual(["registry", "build"]);
    expect(target.server).toBe("prod.haloy.com");
  });
});
