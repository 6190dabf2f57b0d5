/**
 * What a run lets out of the secrets it knows.
 */

import { expect, test } from "vitest";
import { fail, isHaloyError } from "../core/errors.ts";
import type { Stamped } from "../core/events.ts";
import { Secret } from "../core/secret.ts";
import { startRun } from "./run.ts";

const SECRET = "hunter2-s3cret";
const about = () => ({ names: ["shop"], leftOut: [], apps: ["shop"] });

/** How a run ends whose work knows a secret and throws. */
async function failing(thrown: unknown) {
  const run = startRun("deploy", about, {}, async ({ masker }) => {
    masker.add(new Secret(SECRET));
    throw thrown;
  });
  const events: Stamped[] = [];
  for await (const event of run) events.push(event);
  const error: unknown = await run.result.catch((caught: unknown) => caught);
  return { events, error };
}

function textsOf(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error);
  const { message, stack, cause } = error;
  return [message, stack, JSON.stringify(error), cause === undefined ? "" : textsOf(cause)].join();
}

test.each([
  ["an error of the runtime", new TypeError(`Received '${SECRET}'`)],
  ["one with a command in it", Object.assign(new Error("spawn"), { spawnargs: ["-c", SECRET] })],
  ["one whose cause tells", new Error("no", { cause: new Error(`it is ${SECRET}`) })],
  ["a text", `it is ${SECRET}`],
  ["one of ours", fail("BUILD_FAILED", { message: `it is ${SECRET}` })],
  ["the cause of one of ours", fail("BUILD_FAILED", { message: "no", cause: new Error(SECRET) })],
])("whatever is thrown, no secret is in it: %s", async (_name, thrown) => {
  const { events, error } = await failing(thrown);
  expect(textsOf(error)).not.toContain(SECRET);
  expect(JSON.stringify(events)).not.toContain(SECRET);
  if (isHaloyError(thrown)) expect(isHaloyError(error) && error.code).toBe(thrown.code);
});

test("an error without a secret is thrown as it is", async () => {
  const thrown = new RangeError("plain", { cause: fail("INTERNAL", { message: "x" }) });
  expect((await failing(thrown)).error).toBe(thrown);
});
