import { expect, test } from "vitest";
import type { HaloyEvent } from "../../core/events.ts";
import { plainText } from "../output.ts";
import { Footer } from "./footer.ts";

const push = { plugin: "server", hook: "push" } as const;

function footerAfter(events: readonly (HaloyEvent & { readonly target?: string })[]): Footer {
  const footer = new Footer();
  for (const [seq, event] of events.entries()) {
    footer.update({ ...event, seq, time: "2026-01-01T00:00:00.000Z" }, 1000);
  }
  return footer;
}
const picture = (events: Parameters<typeof footerAfter>[0]) =>
  plainText(footerAfter(events).draw(3500));

const start: HaloyEvent = { type: "stage:start", stage: "push", label: "Push" };
const progress = (label: string, done: number): HaloyEvent => ({
  type: "progress",
  ...push,
  label,
  done,
  total: 10_000_000,
  unit: "bytes",
});

test("nothing is drawn before, between and after stages", () => {
  expect(picture([])).toBe("");
  expect(
    picture([start, progress("a", 1), { type: "stage:end", stage: "push", elapsedMs: 1 }]),
  ).toBe("");
});

test("a stage shows its time and how far its parts are; a finished part goes", () => {
  expect(
    picture([start, progress("layer a", 2_500_000), progress("layer b", 10_000_000)]).slice(2),
  ).toBe("Push 2.5 s\n  layer a  █████░░░░░░░░░░░░░░░ 2.5 MB / 10.0 MB");
});

test("with several targets, each shows its own stage, and what is for all shows no name", () => {
  const on = (target: string, event: HaloyEvent) => ({ ...event, target });
  const deploy = { type: "stage:start", stage: "deploy", label: "Deploy" } as const;
  const drawn = picture([
    { type: "run:start", operation: "deploy", app: "a, b", targets: ["a", "b"] },
    { type: "stage:start", stage: "build", label: "Build" },
    on("a", deploy),
    on("b", deploy),
    on("b", { type: "deployment:state", deployment: "01", state: "checking" }),
    on("a", progress("layer", 5_000_000)),
  ]);
  expect(drawn.split("\n").map((line) => line.replace(/^⠸ /, "* "))).toEqual([
    "* Build 2.5 s",
    "* a Deploy 2.5 s",
    "  layer  ██████████░░░░░░░░░░ 5.0 MB / 10.0 MB",
    "* b Deploy: checking 2.5 s",
  ]);
});

test("a target that failed shows nothing any more, the others go on", () => {
  const error = { code: "BUILD_FAILED", message: "no" } as const;
  const drawn = picture([
    { type: "run:start", operation: "deploy", app: "a, b", targets: ["a", "b"] },
    { ...start, target: "a" },
    { ...start, target: "b" },
    { type: "hook:fail", ...push, elapsedMs: 1, error, target: "a" },
  ]);
  expect(drawn.slice(2)).toBe("b Push 2.5 s");
});

test("a command of the config shows while it runs", () => {
  const command = { phase: "pre_deploy", command: "make\nassets" } as const;
  const started = { type: "command:start", ...command } as const;
  expect(picture([started]).slice(2)).toBe("pre_deploy: make assets 2.5 s");
  const ended = { type: "command:end", ...command, elapsedMs: 1, exitCode: 0 } as const;
  expect(picture([started, ended])).toBe("");
});

test("many targets do not fill the screen", () => {
  const events = Array.from({ length: 30 }, (_, index) => ({ ...start, target: `t${index}` }));
  const drawn = picture(events).split("\n");
  expect(drawn).toHaveLength(13);
  expect(drawn.at(-1)).toBe("  and 18 more");
});

test("many parts do not fill the screen", () => {
  const parts = Array.from({ length: 9 }, (_, index) => progress(`layer ${index}`, 1));
  const drawn = picture([start, ...parts]).split("\n");
  expect(drawn).toHaveLength(7);
  expect(drawn.at(-1)).toBe("  and 4 more");
});

test("a deployment shows its state", () => {
  expect(
    picture([
      { type: "stage:start", stage: "deploy", label: "Deploy" },
      { type: "deployment:state", deployment: "01", state: "checking" },
    ]),
  ).toContain("Deploy: checking");
});
