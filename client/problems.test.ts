/**
 * What is found wrong before anything changes, told at once.
 */

import { expect, test } from "vitest";
import { errorJson, fail } from "../core/errors.ts";
import { NOTHING_CHANGED, Problems, type Verdict } from "./problems.ts";

function told(verdict?: Verdict) {
  const problems = new Problems(2);
  problems.add(["a"], fail("TOKEN_MISSING", { message: "No token", hint: "Get one" }));
  problems.add(["b"], fail("SERVER_NOT_FOUND", { message: "No server" }));
  try {
    problems.throwIfAny(verdict);
  } catch (error) {
    return errorJson(error);
  }
  return expect.unreachable();
}

test("problems of a question have the code of the first one, those of a deploy that of a deploy", () => {
  expect(told(NOTHING_CHANGED)).toMatchObject({
    code: "TOKEN_MISSING",
    message: "Cannot go on, for 2 reasons:\n- a: No token\n  → Get one\n- b: No server",
  });
  expect(told().code).toBe("DEPLOYMENT_FAILED");
});
