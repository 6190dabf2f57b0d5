import { expect, test } from "vitest";
import type { HaloyEvent } from "../../core/events.ts";
import { plainText } from "../output.ts";
import { type FactOptions, Facts } from "./facts.ts";

const docker = { plugin: "docker", hook: "build" } as const;

/** Events and the line each should give, important ones with a leading "!". */
function lines(events: readonly HaloyEvent[], options: Partial<FactOptions> = {}) {
  const facts = new Facts({ debug: false, logs: true, beginnings: true, ...options });
  return events.map((event, seq) => {
    const fact = facts.of({ ...event, seq, time: "2026-01-01T00:00:00.000Z" });
    return fact && (fact.important ? "!" : "") + plainText(fact.text);
  });
}

test("a stage is told when it begins and, by the same name, when it ends", () => {
  expect(
    lines([
      { type: "run:start", operation: "deploy", app: "shop" },
      { type: "stage:start", stage: "build", label: "Build shop:latest" },
      { type: "stage:end", stage: "build", elapsedMs: 1234, summary: "3 layers" },
    ]),
  ).toEqual(["● Deploying shop", "  Build shop:latest…", "✔ Build shop:latest: 3 layers (1.2 s)"]);
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
  expect(lines([{ type: "log", ...docker, level: "info", message }])).toEqual([
    "  docker │ onetwo",
  ]);
});

test("without logs the deployment's log is silent, also its errors, and its states are not", () => {
  expect(
    lines(
      [
        { type: "deployment:log", deployment: "01", level: "error", message: "no port" },
        { type: "deployment:state", deployment: "01", state: "checking" },
        { type: "deployment:queued", deployment: "02", behind: "01" },
      ],
      { logs: false },
    ),
  ).toEqual([null, "  checking", "● Waiting for deployment 01 to end"]);
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
