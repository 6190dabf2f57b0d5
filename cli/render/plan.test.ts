import { expect, test } from "vitest";
import type { AppStatus, Plan, TargetPlan } from "../../client/api.ts";
import { plainText } from "../output.ts";
import { planText } from "./plan.ts";

const target = (set: Partial<TargetPlan> = {}): TargetPlan => ({
  ...{ target: "shop", app: "shop", server: "https://one.example.com", image: "shop:latest" },
  ...{ source: "build", pullPolicy: "always", push: "server", history: "local" },
  ...{ strategy: "rolling", preDeploy: [], postDeploy: [], changes: [], starts: 1, stops: [] },
  ...{ keeps: [], removes: [], current: null },
  ...set,
});

const running = (name: string): AppStatus => ({
  ...{ target: name, app: name, state: "running", deployment: `01${name}`, image: "shop:1" },
  ...{ domains: [], replicas: [], latest: null },
});

const plan = (targets: readonly TargetPlan[], set: Partial<Plan> = {}): Plan => ({
  targets: Object.fromEntries(targets.map((one) => [one.target, one])),
  ...{ builds: [], pushes: [], globalPreDeploy: [], globalPostDeploy: [] },
  ...set,
});

const build = {
  ...{ image: "shop:latest", context: "/p", dockerfile: "/p/Dockerfile" },
  ...{ platforms: ["linux/amd64"], stage: null, args: [], secrets: [], targets: ["shop"] },
} as const;
const push = { image: "shop:latest", strategy: "server", to: "https://one.example.com" } as const;

const short = (path: string) => path.replace(/^\/p\/?/, "");
const text = (shown: Plan) => plainText(planText(shown, short));
const lastLine = (shown: Plan) => text(shown).split("\n").at(-1);

test("a first deploy of one target: what is built, pushed and started", () => {
  expect(
    text(plan([target()], { builds: [build], pushes: [{ ...push, targets: ["shop"] }] })),
  ).toBe(`Build shop:latest
  dockerfile  Dockerfile
  context     .
  platform    linux/amd64

Push shop:latest to https://one.example.com (server)

Run shop on https://one.example.com
  image   shop:latest, built here
  now     nothing runs
  starts  1 container

haloy deploy would build 1 image, push once and start 1 container: it is new on its server`);
});

test("a changed target: every setting with what runs and what comes, what stops, stays and goes", () => {
  const changed = target({
    current: running("shop"),
    changes: [
      { setting: "image", from: "shop:1", to: "shop:2" },
      { setting: "env.GREETING", from: "set", to: "changed" },
      { setting: "env.FROM", from: null, to: "from env A\nB" },
      { setting: "domains", from: "", to: "xn--bcher-kva.example (xn--mnchen-3ya.de)" },
      { setting: "cpus", from: "0.5", to: null },
    ],
    ...{ starts: 2, stops: ["shop-01-r1", "shop-01-r2"], keeps: ["02", "01"], removes: ["00"] },
    ...{ preDeploy: ["npm test"], postDeploy: ["./tell"] },
  });
  const global = { globalPreDeploy: ["make"], globalPostDeploy: ["./bye"] };
  expect(text(plan([changed], global))).toBe(`Before everything else
  make

Run shop on https://one.example.com
  image    shop:latest, built here
  now      01shop, running
  changes  ~ image: shop:1 → shop:2
           ~ env.GREETING: set → changed
           + env.FROM: from env A\\nB
           ~ domains: "" → bücher.example (münchen.de)
           − cpus: 0.5
  starts   2 containers, rolling
  stops    shop-01-r1
           shop-01-r2
  keeps    02
           01
  removes  00
  before   npm test
  after    ./tell

After all targets
  ./bye

haloy deploy would run 4 commands, start 2 containers, stop 2 containers and remove 1 old release: its settings change`);
});

test("what stays is the server's to say, with a history strategy that only it has", () => {
  const unknown = target({ history: "vault", keeps: null, removes: null });
  expect(text(plan([unknown]))).toContain('keeps   what history strategy "vault" keeps\n');
});

test("added settings are green, removed ones red, changed ones yellow", () => {
  const changes = [
    { setting: "a", from: null, to: "1" },
    { setting: "b", from: "1", to: null },
    { setting: "c", from: "1", to: "2" },
  ];
  const shown = planText(plan([target({ changes })]), short);
  expect(shown).toContain("\u001b[32m+ a: 1\u001b[39m");
  expect(shown).toContain("\u001b[31m− b: 1\u001b[39m");
  expect(shown).toContain("\u001b[33m~ c:\u001b[39m \u001b[31m1\u001b[39m → \u001b[32m2\u001b[39m");
});

test("a build that targets share is told once, with whom it is for", () => {
  const two = [
    target({ target: "production" }),
    target({ target: "staging", app: "staging", push: "registry" }),
  ];
  const shown = text(
    plan(two, {
      builds: [{ ...build, stage: "web", args: ["A"], targets: ["production", "staging"] }],
      pushes: [
        { ...push, targets: ["production"] },
        { ...push, strategy: "registry", to: "ghcr.io", targets: ["staging"] },
      ],
    }),
  );
  expect(shown).toContain("Build shop:latest for production and staging\n");
  expect(shown).toContain("Dockerfile, stage web\n");
  expect(shown).toContain("Push shop:latest to ghcr.io (registry) for staging");
  expect(shown).toContain("Deploy production: shop on https://one.example.com");
  expect(shown).toContain("Deploy staging on https://one.example.com");
});

test.each([
  ["always", "pulled by the server when the registry has a newer one"],
  ["if_missing", "pulled by the server when it is missing there"],
  ["never", "which is on the server already"],
] as const)("an image that is not built, pull policy %s", (pullPolicy, words) => {
  const pulled = target({ source: "pull", image: "nginx:alpine", push: null, pullPolicy });
  expect(text(plan([pulled]))).toContain(`nginx:alpine, ${words}`);
});

test("the last line says that a target without changes gets new containers too", () => {
  const same = { current: running("a"), stops: ["a-r1"] };
  expect(lastLine(plan([target(same)]))).toBe(
    "haloy deploy would start 1 container and stop 1 container: its settings stay the same",
  );
  const changes = [{ setting: "replicas", from: "1", to: "2" }];
  const all = [
    target({ target: "a" }),
    target({ target: "b", current: running("b"), changes }),
    target({ target: "c", current: running("c"), changes }),
    target({ target: "d", ...same }),
  ];
  expect(lastLine(plan(all))).toBe(
    "haloy deploy would start 4 containers and stop 1 container: 1 target is new, 2 change and 1 has the same settings and starts anew all the same",
  );
});
