/**
 * Finding, reading and checking a config that is right, or that is not there.
 *
 * @module
 */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isHaloyError } from "../errors.ts";
import { checkConfig, loadConfig } from "./load.ts";
import type { ConfigInput } from "./types.ts";

const fixtures = new URL("../../test/fixtures/config/", import.meta.url).pathname;
const scratch = await mkdtemp(join(tmpdir(), "haloy-load-"));
afterAll(() => rm(scratch, { recursive: true }));

/** A directory with these files. */
async function directory(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(scratch, "d-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => {
      if (isHaloyError(error)) return error;
      throw error;
    },
  );

test("every setting of a YAML config arrives under its camelCase name", async () => {
  const { config, warnings } = await loadConfig("good/everything.yaml", { cwd: fixtures });
  expect(warnings.map(({ at, path, message }) => `${at.line}: ${path} ${message}`)).toEqual([
    "22: image.build_config.args brings BUILD_VERSION, GITHUB_TOKEN from outside: everybody who has the image can read the values in its history",
  ]);
  const { targets, ...file } = config;
  expect(file).toEqual({
    multiple: false,
    plugins: [
      { use: "vault" },
      { use: "./slack.ts", with: { web_hook: "https://example.com", channelName: "deploys" } },
    ],
    secretProviders: { onepassword: { "db-Prod": { vault: "Infra_structure", item: "db" } } },
    globalPreDeploy: ["make"],
    globalPostDeploy: ["make clean"],
  });
  expect(targets).toEqual({
    shop: {
      name: "shop",
      server: "haloy.example.com",
      apiToken: { from: { env: "HALOY_API_TOKEN" } },
      preset: "service",
      image: {
        repository: "ghcr.io/acme/shop",
        tag: "v1",
        pullPolicy: "if_missing",
        history: { strategy: "local", count: 5 },
        build: true,
        registry: {
          server: "ghcr.io",
          username: { value: "me" },
          password: { from: { env: "GHCR_TOKEN" } },
        },
        buildConfig: {
          context: "app",
          dockerfile: "app/Dockerfile",
          platforms: ["linux/arm64/v8"],
          push: "registry",
          target: "web",
          args: [
            { name: "NODE_ENV", value: "production" },
            { name: "BUILD_VERSION", from: { env: "VERSION" } },
            { name: "GITHUB_TOKEN", from: { env: "GITHUB_TOKEN" } },
          ],
          secrets: [{ name: "npm", from: { secret: "onepassword:db-Prod:npm" } }],
          cacheFrom: ["type=registry,ref=ghcr.io/acme/cache"],
          cacheTo: ["type=local,dest=.cache"],
        },
      },
      port: 3000,
      domains: [
        {
          domain: "shop.example.com",
          aliases: [
            "www.shop.example.com",
            "*.shop.example.com",
            "xn--mnchen-3ya.example",
            "localhost",
          ],
        },
      ],
      env: [
        { name: "EMPTY", value: "" },
        { name: "ALSO_EMPTY", value: "" },
        { name: "DATABASE_URL", from: { secret: "onepassword:db-Prod:connection:url" } },
        { name: "STAGE", value: "production", buildArg: true },
      ],
      replicas: 1,
      healthCheckPath: "/up",
      minReadySeconds: 5,
      deploymentStrategy: "replace",
      namingStrategy: "static",
      protected: true,
      volumes: ["data:/data", "/srv/certs:/certs:ro"],
      network: "internal",
      preDeploy: ["npm test"],
      postDeploy: ["curl https://example.com/done"],
      cpus: 0.5,
      memory: 512 * 1024 * 1024,
      command: ["node", "server.js"],
      log: { driver: "json-file", options: { "max-size": "10m" } },
      labels: { "com.example.team": "shop" },
    },
  });
});

test("a name is all a config needs", async () => {
  const { config } = await loadConfig(await directory({ "haloy.yaml": "name: shop\n" }));
  expect(config).toEqual({
    targets: {
      shop: {
        name: "shop",
        port: 8080,
        domains: [],
        env: [],
        replicas: 1,
        healthCheckPath: "/",
        minReadySeconds: 0,
        deploymentStrategy: "rolling",
        namingStrategy: "dynamic",
        protected: false,
        volumes: [],
        preDeploy: [],
        postDeploy: [],
        labels: {},
      },
    },
    multiple: false,
    plugins: [],
    secretProviders: {},
    globalPreDeploy: [],
    globalPostDeploy: [],
  });
});

test("a config with targets is one app for each, with what they inherit", async () => {
  const { config, warnings, locate } = await loadConfig("good/targets.yaml", { cwd: fixtures });
  expect(warnings).toEqual([]);
  expect(config.multiple).toBe(true);
  const { web, db, "my.jobs": jobs, staging } = config.targets;
  expect(Object.keys(config.targets)).toEqual(["web", "db", "my.jobs", "staging"]);
  const history = { strategy: "local" };
  expect(web).toMatchObject({
    name: "web",
    image: { repository: "ghcr.io/acme/web", tag: "v2", history },
    replicas: 3,
    env: [{ name: "STAGE", value: "production" }],
  });
  expect(db).toMatchObject({
    ...{ name: "db", protected: true, namingStrategy: "static", deploymentStrategy: "replace" },
    image: {
      repository: "postgres:18",
      pullPolicy: "if_missing",
      history: { strategy: "none" },
    },
  });
  expect(jobs).toMatchObject({ name: "my.jobs", server: "haloy.example.com", replicas: 1 });
  expect(jobs).not.toHaveProperty("image");
  expect(staging).toMatchObject({
    name: "web",
    server: "staging.example.com",
    env: [{ name: "STAGE", value: "staging" }],
  });
  const line = (target: string, ...path: (string | number)[]) => locate(path, target).line;
  expect(line("web", "env", 0, "value")).toBe(7);
  expect(line("staging", "env", 0, "value")).toBe(23);
  expect(line("web", "image", "tag")).toBe(4);
  expect(line("db", "image", "pullPolicy")).toBe(15);
  expect(line("my.jobs", "server")).toBe(2);
  expect(line("my.jobs", "port")).toBe(18);
});

test("locate() says where a setting stands, or what is around a setting that is not written", async () => {
  const { locate, file } = await loadConfig("good/everything.yaml", { cwd: fixtures });
  expect(file).toBe(join(fixtures, "good/everything.yaml"));
  const at = (...path: (string | number)[]) => locate(path);
  expect(at("name")).toEqual({ file, line: 2, column: 7 });
  expect(at("image", "buildConfig", "args", 2)).toEqual({ file, line: 25, column: 9 });
  expect(at("image", "buildConfig", "context")).toEqual({ file, line: 17, column: 14 });
  expect(at("plugins", 1, "with", "channelName")).toEqual({ file, line: 62, column: 59 });
  // Merged into env[1] from where the anchor is.
  expect(at("env", 1, "value")).toEqual({ file, line: 35, column: 35 });
  expect(at("plugins", 0, "with", "address")).toEqual({ file, line: 60, column: 5 });
  expect(at("nothing")).toEqual({ file, line: 2, column: 1 });
});

test("a directory is searched in a fixed order, and other configs in it are named in a warning", async () => {
  const yaml = "name: from-yaml\n";
  const script = "export default { name: 'from-script' };\n";
  const path = await directory({
    "haloy.yml": "name: from-yml\n",
    "haloy.yaml": yaml,
    "haloy.config.js": script,
  });
  const { config, file, directory: folder, warnings } = await loadConfig(path);
  expect({ config: Object.keys(config.targets), file, folder }).toEqual({
    config: ["from-script"],
    file: join(path, "haloy.config.js"),
    folder: path,
  });
  expect(warnings).toMatchObject([
    { severity: "warning", message: "is used, and haloy.yaml beside it is ignored" },
    { severity: "warning", message: "is used, and haloy.yml beside it is ignored" },
  ]);
  const { config: other } = await loadConfig(join(path, "haloy.yml"));
  expect(Object.keys(other.targets)).toEqual(["from-yml"]);
  expect((await loadConfig("haloy.yaml", { cwd: path })).warnings).toEqual([]);
});

test("a directory without a config is told which names were looked for", async () => {
  const path = await directory({ "haloy.txt": "" });
  const error = await failure(loadConfig(path));
  expect(error.code).toBe("CONFIG_NOT_FOUND");
  expect(error.message.replace(path, "PATH")).toMatchInlineSnapshot(
    `"Cannot find a config in "PATH": there is no haloy.config.ts, haloy.config.mts, haloy.config.js, haloy.yaml, haloy.yml, haloy.json or haloy.toml"`,
  );
  expect(error.hint).toMatchInlineSnapshot(
    `"Write one with "haloy init", or name the config's path with "--config""`,
  );
});

test.each([
  ["missing/haloy.yaml", "CONFIG_NOT_FOUND"],
  ["haloy.txt", "CONFIG_UNREADABLE"],
  ["large.yaml", "CONFIG_UNREADABLE"],
  ["folder.yaml/haloy.yaml", "CONFIG_UNREADABLE"],
])("%s is refused with %s", async (name, code) => {
  const path = await directory({ "haloy.txt": "", "large.yaml": `#${"x".repeat(1024 * 1024)}` });
  await mkdir(join(path, "folder.yaml", "haloy.yaml"), { recursive: true });
  const error = await failure(
    loadConfig(name === "folder.yaml/haloy.yaml" ? "folder.yaml" : name, { cwd: path }),
  );
  expect(error.code).toBe(code);
  expect(error.hint).toBeTruthy();
});

test("what is valid but probably not meant is a warning, not an error", async () => {
  const path = await directory({
    "haloy.yaml": "name: ghost\napi_token: { value: hunter2 }\nimage: ghost\n",
  });
  const { warnings } = await loadConfig(path);
  expect(
    warnings.map(({ at, path, message }) => `${at.line}: ${path} ${message}`),
  ).toMatchInlineSnapshot(`
    [
      "2: api_token is written in the file, where everybody who can read the file sees it",
      "2: api_token is for a server, and none is named: it is sent to the only one you added",
      "3: image is the app's own name, but nothing is built: "ghost" is pulled from Docker Hub",
    ]
  `);
  expect(JSON.stringify(warnings)).not.toContain("hunter2");
});

test("checkConfig() takes a config as a value and reports all of its problems", () => {
  const { config, directory: folder } = checkConfig({ name: "shop" }, { directory: "/srv/shop" });
  expect(config.targets.shop?.port).toBe(8080);
  expect(folder).toBe("/srv/shop");
  const wrong = { name: "shop", health_check_path: 1, image: { tag: 5 } } as unknown as ConfigInput;
  expect(() => checkConfig(wrong)).toThrowErrorMatchingInlineSnapshot(`
    [HaloyError: Cannot use the config: 2 problems

    the config  health_check_path is not a known setting
      Did you mean "healthCheckPath"?

    the config  image.tag must be a string, not a number
      Put it in quotes]
  `);
});

test("the problems of a config are plain data for programs", async () => {
  const path = await directory({ "haloy.yaml": "name: shop\nprot: 80\n" });
  const error = await failure(loadConfig(path));
  const file = join(path, "haloy.yaml");
  expect(error.at).toEqual({ file, line: 2, column: 1 });
  expect(error.details).toEqual([
    {
      severity: "error",
      path: "prot",
      message: "is not a known setting",
      at: { file, line: 2, column: 1 },
      suggestion: 'Did you mean "port"?',
      excerpt: "  1 | name: shop\n  2 | prot: ***\n    | ^^^^",
    },
  ]);
});
