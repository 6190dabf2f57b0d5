/**
 * The same work for several targets, and what is said of it.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { errorJson, fail } from "../core/errors.ts";
import { answersOf, failureOf, forEachTarget, type Outcomes } from "./outcomes.ts";

const target = (name: string, server: string) => ({ name, server: { url: server } });
const never = new AbortController().signal;

test("one server's targets are worked on one after the other, at most four servers at a time", async () => {
  const targets = Array.from({ length: 14 }, (_, index) => target(`t${index}`, `s${index % 7}`));
  const began: string[] = [];
  const running: string[] = [];
  let most = 0;
  const outcomes = await forEachTarget(targets, never, async ({ name, server: { url } }) => {
    began.push(name);
    expect(running).not.toContain(url);
    most = Math.max(most, running.push(url));
    await sleep(5);
    running.splice(running.indexOf(url), 1);
    return name;
  });
  expect(most).toBe(4);
  expect(began.indexOf("t0")).toBeLessThan(began.indexOf("t7"));
  expect([...outcomes.keys()]).toEqual(targets.map(({ name }) => name));
});

test("a cancellation is thrown when all work under way has ended, and nothing more begins", async () => {
  const abort = new AbortController();
  const ended: string[] = [];
  const work = forEachTarget(
    [target("a", "one"), target("b", "one"), target("c", "two")],
    abort.signal,
    async ({ name }) => {
      await sleep(20);
      ended.push(name);
    },
  );
  abort.abort(new Error("cancelled"));
  await expect(work).rejects.toThrow("cancelled");
  expect(ended).toEqual(["a", "c"]);
});

const ok = { succeeded: true, answer: 1 } as const;
const bad = (message: string, hint: string) =>
  ({ succeeded: false, error: fail("CONTAINER_EXITED", { message, hint }) }) as const;
const words = { action: "deploy", done: "Deployed", describe: (n: number) => `id ${n}` };

const failure = (outcomes: Outcomes<number>) => {
  try {
    answersOf(outcomes, words);
  } catch (error) {
    return errorJson(error);
  }
  return expect.unreachable();
};

test("answers come by target; one failure keeps its code, and of a single target its words", () => {
  expect(
    answersOf(
      new Map([
        ["a", ok],
        ["b", ok],
      ]),
      words,
    ),
  ).toEqual({ a: 1, b: 1 });
  const alone = bad("Cannot start it", "Look at it");
  expect(failure(new Map([["a", alone]]))).toEqual(errorJson(alone.error));
  expect(
    failure(
      new Map<string, typeof ok | typeof alone>([
        ["a", ok],
        ["b", alone],
        ["c", ok],
      ]),
    ),
  ).toEqual({
    code: "CONTAINER_EXITED",
    message: "b: Cannot start it\nDeployed all the same: a (id 1), c (id 1)",
    hint: "Look at it",
    details: {
      targets: {
        a: ok,
        b: { succeeded: false, error: errorJson(alone.error) },
        c: ok,
      },
    },
  });
});

test("several failures are one error that tells each, with what to do about it", () => {
  const outcomes = new Map([
    ["a", bad("Cannot start it:\nno memory", "Buy some")],
    ["b", { succeeded: false, error: new TypeError("x is undefined") } as const],
    ["c", bad("Cannot start it", "Look at it")],
  ]);
  expect(failure(outcomes)).toMatchObject({
    code: "CONTAINER_EXITED",
    message:
      "Cannot deploy 3 of 3 targets:\n- a: Cannot start it:\n  no memory\n  → Buy some\n- b: x is undefined\n- c: Cannot start it\n  → Look at it",
    details: { targets: { b: { error: { code: "INTERNAL" } } } },
  });
  expect(failure(outcomes)).not.toHaveProperty("hint");
});

test("what is to be done about all failures is told once, and an operation may have its own code", () => {
  const outcomes = new Map([
    ["a", bad("No", "Wait")],
    ["b", bad("No", "Wait")],
  ]);
  expect(failure(outcomes)).toMatchObject({
    message: "Cannot deploy 2 of 2 targets:\n- a: No\n- b: No",
    hint: "Wait",
  });
  const error = failureOf(outcomes, { ...words, code: "DEPLOYMENT_FAILED" });
  expect(errorJson(error).code).toBe("DEPLOYMENT_FAILED");
});

test("a cancellation tells what was done before it", async () => {
  const abort = new AbortController();
  const work = forEachTarget(
    [target("a", "one"), target("b", "one"), target("c", "one")],
    abort.signal,
    async ({ name }) => {
      if (name === "a") return 1;
      abort.abort(fail("ABORTED", { message: "Cancelled" }));
      throw abort.signal.reason;
    },
    words,
  );
  expect(errorJson(await work.catch((error: unknown) => error))).toEqual({
    code: "ABORTED",
    message: "Cancelled\nDeployed already: a (id 1)",
    details: { targets: { a: ok, b: { succeeded: false, error: expect.anything() } } },
  });
});
