/**
 * Values of targets, as far as they need nobody to be asked.
 */

import { expect, test } from "vitest";
import type { Need } from "../core/config/resolve-env.ts";
import { Masker } from "../core/secret.ts";
import { maskWritten } from "./values.ts";

const need = (name: string, value: string): Need => ({
  entry: { name, value },
  owner: "shop",
  env: {},
});

test("a password and build secrets that stand in the config are hidden like any other, a user name is not", () => {
  const masker = new Masker();
  maskWritten(masker, {
    login: [need("username", "robot"), need("password", "hunter22")],
    secrets: [need("npm", "npm_token")],
  });
  expect(masker.mask("robot has hunter22 and npm_token")).toBe("robot has *** and ***");
});
