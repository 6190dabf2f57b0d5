import { expect, test } from "vitest";
import { z } from "zod";
import { errorJson } from "./errors.ts";
import { EventLog, type Stamped } from "./events.ts";
import { PluginHost, setUpPlugins } from "./host.ts";
import { definePlugin, type Plugin } from "./plugin.ts";
import { Secret } from "./secret.ts";

const none = z.strictObject({});
const registry = { registry: "example.com" };

async function open(plugins: readonly Plugin[], slowMs = 3000) {
  const events = new EventLog();
  const listed = plugins.map((plugin) => ({ plugin, options: undefined }));
  const host = new PluginHost(await setUpPlugins(listed), {
    events,
    signal: new AbortController().signal,
    env: {},
    slowMs,
  });
  return { host, events };
}

const credentials = (name: string, answer: unknown): Plugin =>
  definePlugin({
    name,
    options: none,
    setup: () => ({ credentials: () => answer as null }),
  });

async function failure(work: Promise<unknown>) {
  return errorJson(
    await work.then(
      () => expect.fail("it did not fail"),
      (error) => error,
    ),
  );
}

test("the first answer that is not null wins, in the order of the list", async () => {
  const answer = { username: "second", password: new Secret("p") };
  const { host } = await open([
    credentials("first", null),
    credentials("second", answer),
    credentials("third", { username: "third", password: new Secret("p") }),
  ]);
  expect(await host.first("credentials", registry)).toBe(answer);
});

test("nobody answered: the error lists who was asked", async () => {
  const { host } = await open([credentials("first", null), credentials("second", undefined)]);
  expect(await failure(host.first("credentials", registry))).toMatchObject({
    code: "HOOK_UNANSWERED",
    hint: "Plugins asked, in order: first, second",
  });
});

test("a plugin that throws is named with its version, and its error is kept as the cause", async () => {
  const cause = new TypeError("x is undefined");
  const broken = definePlugin({
    name: "broken",
    version: "1.2.3",
    options: none,
    setup: () => ({
      credentials: () => {
        throw cause;
      },
    }),
  });
  const { host } = await open([broken]);
  const error = await host.first("credentials", registry).catch((thrown) => thrown);
  expect(error).toMatchObject({
    code: "PLUGIN_FAILED",
    plugin: "broken",
    hook: "credentials",
    cause,
  });
  expect(error.message).toContain(`"broken" 1.2.3`);
});

test.each([
  ["a number", 7],
  ["a password that is no secret", { username: "u", password: "clear" }],
  ["no user name", { password: new Secret("p") }],
])("an answer of the wrong shape is caught where it is given: %s", async (_name, answer) => {
  const { host } = await open([credentials("odd", answer)]);
  expect(await failure(host.first("credentials", registry))).toMatchObject({
    code: "PLUGIN_ANSWER_INVALID",
    plugin: "odd",
  });
});

const vault = (answer: Record<string, Secret>): Plugin =>
  definePlugin({
    name: "vault",
    options: none,
    strategies: { resolveSecret: { vault: none } },
    setup: () => ({ resolveSecret: { vault: () => answer } }),
  });
const question = { source: "app", keys: ["a", "b"], options: {}, directory: "/" };

test("a secret provider that leaves a key out is named with the key", async () => {
  const { host } = await open([vault({ a: new Secret("1") })]);
  const { code, message } = await failure(
    host.named("resolveSecret", { strategy: "vault" }, question),
  );
  expect(code).toBe("PLUGIN_ANSWER_INVALID");
  expect(message).toContain(`no value for "b"`);
});

test("an unknown strategy lists the known ones", async () => {
  const { host } = await open([vault({})]);
  const { code, message } = await failure(
    host.named("resolveSecret", { strategy: "valut" }, question),
  );
  expect(code).toBe("STRATEGY_UNKNOWN");
  expect(message).toContain("known are vault");
});

test("a strategy's options are checked without running it, all problems at once", async () => {
  let called = false;
  const plugin = definePlugin({
    name: "keeper",
    options: none,
    strategies: {
      retain: { newest: z.strictObject({ count: z.int().min(1).default(6), at: z.url() }) },
    },
    setup: () => ({
      retain: {
        newest: () => {
          called = true;
          return { keep: [], remove: [] };
        },
      },
    }),
  });
  const { host } = await open([plugin]);
  const at = { file: "/haloy.yaml", line: 3, column: 5 };
  const wrong = { strategy: "newest", count: 0, at: "no url", cuont: 2 };
  const error = await failure(Promise.resolve().then(() => host.check("retain", wrong, at)));
  expect(error).toMatchObject({ code: "CONFIG_INVALID", plugin: "keeper", at });
  for (const word of ["count: ", "at: ", "cuont"]) expect(error.message).toContain(word);
  expect(host.check("retain", { strategy: "newest", at: "https://x.example" })).toEqual({
    count: 6,
    at: "https://x.example",
  });
  expect(called).toBe(false);
});

test("two plugins with one strategy: the error names both", async () => {
  const other = { ...vault({}), name: "vault-too" };
  expect(await failure(open([vault({}), other]))).toMatchObject({
    code: "STRATEGY_DUPLICATE",
    message: expect.stringMatching(/"vault" and "vault-too"/),
  });
});

test("a misspelt hook is refused when the plugin is opened", async () => {
  const misspelt = { name: "misspelt", options: none, setup: () => ({ resolveSecrets: {} }) };
  expect(await failure(open([misspelt as unknown as Plugin]))).toMatchObject({
    code: "PLUGIN_INVALID",
    message: expect.stringContaining(`no hook "resolveSecrets"`),
  });
});

test("options are checked before setup, all problems at once", async () => {
  let called = false;
  const plugin = definePlugin({
    name: "strict",
    options: z.strictObject({ address: z.url(), retries: z.int() }),
    setup: () => {
      called = true;
      return {};
    },
  });
  const { code, message } = await failure(
    setUpPlugins([{ plugin, options: { address: "no url", retries: "3" } }]),
  );
  expect(code).toBe("PLUGIN_INVALID");
  expect(message).toContain("address");
  expect(message).toContain("retries");
  expect(called).toBe(false);
});

test("a host that is opened for a plan runs what reads, and refuses every hook with an effect", async () => {
  const ran: string[] = [];
  const plugin = definePlugin({
    name: "busy",
    options: none,
    strategies: { push: { busy: none } },
    setup: () => ({
      verify: () => void ran.push("verify"),
      build: () => {
        ran.push("build");
        return null;
      },
      push: {
        busy: () => {
          ran.push("push");
          return { reference: "a:b", id: null, bytesSent: 0, layersSent: 0, layersTotal: 0 };
        },
      },
      done: () => void ran.push("done"),
    }),
  });
  const host = new PluginHost(await setUpPlugins([{ plugin, options: undefined }]), {
    events: new EventLog(),
    signal: new AbortController().signal,
    env: {},
    readOnly: true,
  });
  await host.all("verify", {} as never);
  const refused = { code: "INTERNAL", message: expect.stringContaining("a plan changes nothing") };
  expect(await failure(host.first("build", {} as never))).toMatchObject(refused);
  const push = host.named("push", { strategy: "busy" }, {} as never);
  expect(await failure(push)).toMatchObject(refused);
  const [told] = await host.all("done", { app: "shop", deployment: "1" });
  expect(errorJson(told)).toMatchObject(refused);
  expect(ran).toEqual(["verify"]);
});

test("a hook that takes long is reported while it runs", async () => {
  const slow = definePlugin({
    name: "slow",
    options: none,
    setup: () => ({
      credentials: async () => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return { username: "u", password: new Secret("p") };
      },
    }),
  });
  const { host, events } = await open([slow], 10);
  await host.first("credentials", registry);
  events.close();
  const types: Stamped["type"][] = [];
  for await (const { type } of events.from(0)) types.push(type);
  expect(types).toEqual(["hook:start", "hook:slow", "hook:end"]);
});
