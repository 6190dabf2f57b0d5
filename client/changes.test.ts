/**
 * What a plan shows of the difference between a config and what runs.
 */

import { expect, test } from "vitest";
import { checkConfig } from "../core/config/load.ts";
import type { ConfigInput } from "../core/config/types.ts";
import type { Target } from "../core/target.ts";
import { KEPT } from "../wire/kept.ts";
import { writeTarget } from "../wire/target-config.ts";
import { changesOf } from "./changes.ts";

/** The only target of a config, with the image it is. */
function targetOf(input: ConfigInput) {
  const { config } = checkConfig({ name: "shop", image: "nginx:1", ...input });
  const target = config.targets.shop as Target;
  const {
    repository = "",
    tag,
    pullPolicy = "always",
    history = { strategy: "local" },
  } = target.image ?? {};
  const reference = tag ? `${repository}:${tag}` : repository;
  return {
    target,
    image: { reference, build: null, push: null, login: null, pullPolicy, history },
  };
}

/** Changes from one config to another. What runs is given as the server keeps it. */
function changes(before: ConfigInput, after: ConfigInput) {
  const [old, now] = [targetOf(before), targetOf(after)];
  const stored = {
    ...writeTarget(old.target, { image: { ...old.image, pushed: false } }),
    unresolved: true,
  };
  return changesOf(JSON.parse(JSON.stringify(stored)), now.target, now.image, false).map(
    ({ setting, from, to }) => [setting, from, to],
  );
}

test("settings are told by the names that a config has for them", () => {
  expect(
    changes(
      { port: 80, domains: [{ domain: "a.example.com" }], volumes: ["data:/data"] },
      {
        image: {
          repository: "nginx",
          tag: "2",
          pullPolicy: "if_missing",
          history: { strategy: "local", count: 3 },
        },
        port: 81,
        replicas: 2,
        healthCheckPath: "/up",
        deploymentStrategy: "rolling",
        domains: [{ domain: "a.example.com", aliases: ["b.example.com", "c.example.com"] }],
        memory: "64m",
        command: ["serve", "--all"],
        labels: { team: "shop" },
      },
    ),
  ).toEqual(
    expect.arrayContaining([
      ["image", "nginx:1", "nginx:2"],
      ["image.pull_policy", "always", "if_missing"],
      ["image.history.count", "6", "3"],
      ["port", "80", "81"],
      ["replicas", "1", "2"],
      ["health_check_path", "/", "/up"],
      ["domains", "a.example.com", "a.example.com (b.example.com c.example.com)"],
      ["volumes", "data:/data", null],
      ["memory", null, String(64 * 1024 * 1024)],
      ["command", null, "set"],
      ["labels.team", null, "set"],
    ]),
  );
});

test("nothing differs between a config and itself, whatever it leaves out", () => {
  const full: ConfigInput = {
    env: [
      { name: "A", value: "" },
      { name: "B", from: { env: "B" } },
    ],
    labels: { a: "b" },
    network: "other",
    log: { driver: "json-file", options: { "max-size": "1m" } },
  };
  expect(changes({}, {})).toEqual([]);
  expect(changes(full, full)).toEqual([]);
});

test("of variables, labels, the command and options of the log no value is ever shown", () => {
  const settings = (secret: string, more: NonNullable<ConfigInput["env"]>) => ({
    env: [
      { name: "MYSQL_PWD", value: secret },
      { name: "JWT", value: `${secret}.x.y` },
      { name: "DATABASE_URL", value: `postgres://u:p/${secret}@h/db` },
      ...more,
    ],
    command: ["redis-server", "--requirepass", secret],
    labels: { "team.auth": secret },
    log: { driver: "splunk", options: { "splunk-url": `https://${secret}@h` } },
  });
  const shown = changes(
    settings("hunter2", [
      { name: "GONE", value: "hunter2" },
      { name: "MOVED", value: "hunter2" },
      { name: "BACK", from: { env: "SOME" } },
      { name: "PRETENDS", value: "from env SOME" },
    ]),
    settings("hunter3", [
      { name: "MOVED", from: { secret: "op:app:moved" } },
      { name: "BACK", value: "hunter3" },
      { name: "PRETENDS", from: { env: "SOME" } },
      { name: "NEW", value: "hunter3" },
      { name: "EMPTY", value: "" },
    ]),
  );
  expect(shown).toEqual([
    ["env.MYSQL_PWD", "set", "changed"],
    ["env.JWT", "set", "changed"],
    ["env.DATABASE_URL", "set", "changed"],
    ["env.MOVED", "set", "from secret op:app:moved"],
    ["env.BACK", "from env SOME", "set"],
    ["env.PRETENDS", "set", "from env SOME"],
    ["env.NEW", null, "set"],
    ["env.EMPTY", null, "set"],
    ["command", "set", "changed"],
    ["log.options.splunk-url", "set", "changed"],
    ["labels.team.auth", "set", "changed"],
    ["env.GONE", "set", null],
  ]);
  expect(JSON.stringify(changes({}, settings("hunter2", [])))).not.toContain("hunter");
});

test("a registry's login is told by where it comes from, never by what it is", () => {
  const login = (password: object) => ({
    image: { repository: "nginx", tag: "1", registry: { username: { value: "bob" }, password } },
  });
  expect(
    changes(
      login({ value: "hunter2" }) as ConfigInput,
      login({ from: { env: "PW" } }) as ConfigInput,
    ),
  ).toEqual([["image.registry.password", "set", "from env PW"]]);
});

test("what the server keeps to itself is not told as a change", () => {
  const registry = { username: { value: "u" }, password: { value: "hunter2" } };
  const { target, image } = targetOf({
    image: { repository: "nginx", tag: "1", registry },
    env: [{ name: "A", value: "1" }],
  });
  const kept = { value: KEPT };
  const stored = {
    name: "shop",
    image: { repository: "nginx", tag: "1", registry: { username: kept, password: kept } },
    env: [{ name: "A", ...kept }],
  };
  expect(changesOf(stored, target, image, false)).toEqual([]);
});

test("a config that somebody else stored, or one that makes no sense, is compared as far as it goes", () => {
  const { target, image } = targetOf({});
  const stock = {
    name: "shop",
    image: { repository: "nginx", tag: "1" },
    replicas: 3,
    apiToken: { value: "hunter2" },
  };
  expect(changesOf(stock, target, image, false)).toEqual([
    { setting: "replicas", from: "3", to: "1" },
  ]);
  const odd = changesOf(
    { image: 7, replicas: "many", apiToken: { value: "hunter2" } },
    target,
    image,
    false,
  );
  expect(odd).toContainEqual({ setting: "replicas", from: "many", to: "1" });
  expect(JSON.stringify(odd)).not.toContain("hunter2");
});
