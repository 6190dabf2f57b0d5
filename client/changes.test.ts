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
      ["command", null, "serve, --all"],
      ["labels.team", null, "shop"],
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

test("variables are told with their values or sources, and no value that looks secret is shown", () => {
  const env = (...entries: NonNullable<ConfigInput["env"]>) => ({ env: entries });
  const shown = changes(
    env(
      { name: "MODE", value: "slow" },
      { name: "API_KEY", value: "hunter2" },
      { name: "URL", value: "db://u:hunter2@h" },
      { name: "GONE", value: "1" },
      { name: "EMPTY", value: "x" },
      { name: "MOVED", value: "plain" },
    ),
    env(
      { name: "MODE", value: "fast" },
      { name: "API_KEY", value: "hunter3" },
      { name: "URL", value: `db://${"$"}{USER_NAME}:${"$"}{PASS}@h` },
      { name: "EMPTY", value: "" },
      { name: "MOVED", from: { secret: "op:app:moved" } },
      { name: "NEW_TOKEN", value: "hunter4" },
    ),
  );
  expect(shown).toEqual([
    ["env.MODE", "slow", "fast"],
    ["env.API_KEY", "***", "changed"],
    ["env.URL", "***", "changed"],
    ["env.EMPTY", "x", ""],
    ["env.MOVED", "plain", "from secret op:app:moved"],
    ["env.NEW_TOKEN", null, "***"],
    ["env.GONE", "1", null],
  ]);
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
