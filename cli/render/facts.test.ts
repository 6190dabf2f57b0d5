import { expect, test } from "vitest";
import type { HaloyEvent, Stamped } from "../../core/events.ts";
import { plainText } from "../output.ts";
import { type FactOptions, Facts } from "./facts.ts";

const docker = { plugin: "docker", hook: "build" } as const;
const ONE = { app: "shop", targets: ["shop"] } as const;
const TWO = { app: "shop, api", targets: ["production", "api"] } as const;

type Told = HaloyEvent & Pick<Stamped, "target">;

/** Events and the line each should give, important ones with a leading "!". */
function lines(events: readonly Told[], options: Partial<FactOptions> = {}) {
  const facts = new Facts({ debug: false, logs: true, live: false, quiet: false, ...options });
  return events.map((event, seq) => {
    const fact = facts.of({ ...event, seq, time: "2026-01-01T00:00:00.000Z" } as Stamped);
    return fact && (fact.important ? "!" : "") + plainText(fact.text);
  });
}

test.each([true, false])("a stage is told once, when it ends, by its name (live: %s)", (live) => {
  expect(
    lines(
      [
        { type: "run:start", operation: "deploy", ...ONE },
        { type: "stage:start", stage: "build", label: "Build shop:latest" },
        { type: "stage:end", stage: "build", elapsedMs: 1234, summary: "3 layers" },
      ],
      { live },
    ),
  ).toEqual(["● Deploying shop", null, "✔ Build shop:latest: 3 layers (1.2 s)"]);
});

test("with several targets, every line of one begins with its name", () => {
  expect(
    lines([
      { type: "run:start", operation: "deploy", ...TWO },
      { type: "stage:start", stage: "deploy", label: "Deploy to a", target: "production" },
      { type: "stage:start", stage: "deploy", label: "Deploy to b", target: "api" },
      { type: "stage:end", stage: "deploy", elapsedMs: 100, target: "production" },
      { type: "stage:end", stage: "deploy", elapsedMs: 100, target: "api" },
      { type: "log", ...docker, level: "info", message: "one\ntwo", target: "api" },
      { type: "log", ...docker, level: "info", message: "for both" },
    ]),
  ).toEqual([
    "● Deploying production, api",
    null,
    null,
    "production ✔ Deploy to a (0.1 s)",
    "api        ✔ Deploy to b (0.1 s)",
    "api          docker │ one\napi          docker │ two",
    "  docker │ for both",
  ]);
});

test("with one target, no line begins with its name", () => {
  expect(
    lines([
      { type: "run:start", operation: "rollback", ...ONE },
      { type: "deployment:state", deployment: "01", state: "checking", target: "shop" },
    ]),
  ).toEqual(["● Rolling back shop", "  checking"]);
});

test("logs name their speaker on every line; warnings and errors are important", () => {
  expect(
    lines([
      { type: "log", ...docker, level: "info", message: "one\ntwo" },
      { type: "log", ...docker, level: "warn", message: "careful" },
      { type: "deployment:log", deployment: "01", level: "error", message: "no port" },
      { type: "log", ...docker, level: "debug", message: "hidden" },
    ]),
  ).toEqual(["  docker │ one\n  docker │ two", "!⚠ docker: careful", "!⚠ server: no port", null]);
});

test("what a program logs cannot move the cursor", () => {
  const message = "\u001b[2J\u001b[1;1Hone\rtwo";
  expect(
    lines([
      { type: "log", ...docker, level: "info", message },
      { type: "command:output", phase: "pre_deploy", line: message },
    ]),
  ).toEqual(["  docker │ onetwo", "  pre_deploy │ onetwo"]);
});

test("a command of the config is told with its output and its end; its failure ends the run", () => {
  const command = { phase: "pre_deploy", command: "make assets" } as const;
  expect(
    lines([
      { type: "command:start", ...command },
      { type: "command:output", phase: "pre_deploy", line: "assets made" },
      { type: "command:end", ...command, elapsedMs: 1200, exitCode: 0 },
      { type: "command:end", ...command, elapsedMs: 1200, exitCode: 2 },
    ]),
  ).toEqual([null, "  pre_deploy │ assets made", "✔ pre_deploy: make assets (1.2 s)", null]);
});

test("protected targets that are left out are told, with what to do", () => {
  const message = "Left out: db";
  const hint = "Name it";
  expect(lines([{ type: "targets:left-out", targets: ["db"], message, hint }])).toEqual([
    "!● Left out: db\n→ Name it",
  ]);
});

test("without logs the deployment's log is silent, also its errors, and its states are not", () => {
  expect(
    lines(
      [
        { type: "deployment:log", deployment: "01", level: "error", message: "no port" },
        { type: "deployment:state", deployment: "01", state: "checking" },
        { type: "deployment:queued", deployment: "02", behind: "01" },
        { type: "deployment:state", deployment: "01", state: "succeeded" },
      ],
      { logs: false },
    ),
  ).toEqual([null, "  checking", "● Waiting for deployment 01 to end", null]);
});

test("a target that fails says so at once, for others may go on; all is told at the end", () => {
  const error = { code: "BUILD_FAILED", message: "no" } as const;
  const failed = { type: "hook:fail", ...docker, elapsedMs: 1, error } as const;
  const command = { phase: "pre_deploy", command: "false" } as const;
  expect(
    lines([
      { type: "run:start", operation: "deploy", ...TWO },
      { ...failed, target: "api" },
      { type: "command:end", ...command, elapsedMs: 1, exitCode: 1, target: "production" },
      failed,
      { ...failed, hook: "verify", target: "api" },
    ]).slice(1),
  ).toEqual(["!api        ✖ failed in build", "!production ✖ failed in pre_deploy", null, null]);
});

test("a run whose choice of targets failed tells nothing by itself", () => {
  expect(lines([{ type: "run:start", operation: "deploy", app: "", targets: [] }])).toEqual([null]);
});

test("a quiet run tells only what is important", () => {
  expect(
    lines(
      [
        { type: "run:start", operation: "plan", ...ONE },
        { type: "stage:start", stage: "verify", label: "Check" },
        { type: "hook:slow", plugin: "docker", hook: "verify", elapsedMs: 3000 },
        { type: "log", ...docker, level: "info", message: "found" },
        { type: "log", ...docker, level: "warn", message: "careful" },
        { type: "stage:end", stage: "verify", elapsedMs: 10 },
      ],
      { quiet: true },
    ),
  ).toEqual([null, null, null, null, "!⚠ docker: careful", null]);
});

test("a failing listener is a warning, any other failing hook is told at the run's end", () => {
  const error = { code: "PLUGIN_FAILED", message: "no network" } as const;
  const failed = { type: "hook:fail", plugin: "chat", elapsedMs: 1, error } as const;
  expect(
    lines([
      { ...failed, hook: "done" },
      { ...failed, hook: "build" },
    ]),
  ).toEqual(["!⚠ Plugin chat: no network", null]);
});
