import { expect, test } from "vitest";
import { TARGET_DEFAULTS } from "../core/config/defaults.ts";
import type { Target } from "../core/target.ts";
import { CAPABILITIES } from "./routes.ts";
import { capabilitiesFor, readTarget, writeTarget } from "./target-config.ts";

const plain: Target = {
  ...TARGET_DEFAULTS,
  name: "shop",
  domains: [{ domain: "shop.example.com", aliases: [] }],
  deploymentStrategy: "replace",
};
const settings = {
  namingStrategy: "static",
  protected: true,
  volumes: ["data:/data", "/srv/shop:/srv:ro"],
  network: "backend",
  cpus: 0.5,
  memory: 512 * 1024 * 1024,
  command: ["serve", ""],
  log: { driver: "json-file", options: { "max-size": "10m" } },
  labels: { team: "shop" },
} as const;
const image = {
  reference: "shop:latest",
  pullPolicy: "always",
  history: { strategy: "local" },
  pushed: true,
} as const;

const write = (target: Target) => JSON.parse(JSON.stringify(writeTarget(target, { image })));

test("settings of the containers come over the wire as they were", () => {
  const { target } = readTarget(write({ ...plain, ...settings }));
  expect(target).toMatchObject(settings);
  const { log } = readTarget(write({ ...plain, log: { options: { "max-size": "1m" } } })).target;
  expect(log).toEqual({ options: { "max-size": "1m" } });
});

test("what a target does not say is not sent: a stock haloyd refuses fields it does not know", () => {
  const sent = write(plain);
  for (const field of Object.keys(settings)) expect(sent).not.toHaveProperty(field);
  const { target } = readTarget(sent);
  expect(target).toMatchObject({ namingStrategy: "dynamic", volumes: [], labels: {} });
  for (const field of ["network", "cpus", "memory", "command", "log"]) {
    expect(target).not.toHaveProperty(field);
  }
});

test("null and empty fields, as stock clients send them, say nothing", () => {
  const nothing = { volumes: null, network: "", namingStrategy: "", protected: null };
  const { target } = readTarget({ name: "shop", image: { repository: "shop" }, ...nothing });
  expect(target).toMatchObject({ namingStrategy: "dynamic", volumes: [], protected: false });
  expect(target).not.toHaveProperty("network");
});

test.each([
  [{ volumes: ["data"] }, "volumes.0: must look like"],
  [{ volumes: ["data:/data", "./x:/y"] }, "volumes.1: must name a volume or an absolute path"],
  [{ volumes: ["data:/data:nope"] }, `volumes.0: has the option "nope"`],
  [{ cpus: 0 }, "cpus"],
  [{ cpus: "1" }, "cpus"],
  [{ memory: 1.5 }, "memory"],
  [{ memory: -1 }, "memory"],
  [{ command: [] }, "command"],
  [{ command: "serve" }, "command"],
  [{ log: "none" }, "log"],
  [{ log: { options: { "max-file": 3 } } }, "log.options.max-file"],
  [{ labels: { "dev.haloy.appName": "other" } }, "Haloy's own"],
  [{ labels: ["a"] }, "labels"],
  [{ namingStrategy: "random" }, "namingStrategy"],
  [{ namingStrategy: "static" }, `namingStrategy: "static" needs`],
  [
    { namingStrategy: "static", deploymentStrategy: "replace", replicas: 2 },
    `namingStrategy: "static" needs`,
  ],
  [{ namingStrategy: "static", deploymentStrategy: "replace", name: "s" }, "name: must have two"],
])("%j is refused by name", (change, problem) => {
  const json = { name: "shop", image: { repository: "shop" }, ...change };
  expect(() => readTarget(json)).toThrow(problem);
});

test.each<[Partial<Target>, string[]]>([
  [{}, []],
  [{ volumes: ["data:/data"], network: "backend", namingStrategy: "static", protected: true }, []],
  [{ cpus: 1 }, ["container-settings"]],
  [{ memory: 6_291_456 }, ["container-settings"]],
  [{ command: ["x"] }, ["container-settings"]],
  [{ log: { options: {} } }, ["container-settings"]],
  [{ labels: { a: "" } }, ["container-settings"]],
  [{ name: "shop.web" }, ["dotted-names"]],
  [{ domains: [{ domain: "a.example.com", aliases: ["*.a.example.com"] }] }, ["wildcard-domains"]],
])("%j needs a haloyd that can do %j", (change, capabilities) => {
  expect(capabilitiesFor({ ...plain, ...change })).toEqual(capabilities);
  expect(CAPABILITIES).toEqual(expect.arrayContaining(capabilities));
});
