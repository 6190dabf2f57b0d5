import { expect, test } from "vitest";
import { statusOf } from "./app.ts";

const error = { message: "Cannot go on" };

test.each([
  ["API_REQUEST_INVALID", undefined, 400],
  ["API_REQUEST_INVALID", { status: 413 }, 413],
  ["LAYER_MISSING", { status: 409, missing: [] }, 409],
  ["DEPLOYMENT_NOT_FOUND", null, 404],
  // The statuses of the engine and of the router say nothing about our own request.
  ["ENGINE_REJECTED", { status: 404 }, 500],
  ["ENGINE_REJECTED", { status: 502 }, 500],
  ["ROUTER_REJECTED", { status: 401 }, 500],
  ["INTERNAL", { status: 200 }, 500],
] as const)("%s with details %j is answered with %i", (code, details, status) => {
  expect(statusOf({ ...error, code, details })).toBe(status);
});
