/**
 * Corrections of values with their origins: variables, build arguments, secrets, logins, tokens.
 * Nothing of what is written in them is repeated but names of variables.
 *
 * @module
 */

import { draft } from "../merge.ts";
import { ELLIPSIS } from "../notation.ts";
import { advice, type Correct, type Corrections, write } from "./correction.ts";

/** As people name variables. A secret rarely looks so. */
const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

/** A name that may be shown, or what stands for one. */
export const variableName = (name: unknown): string =>
  typeof name === "string" && VARIABLE.test(name) ? name : "NAME";

const isMap = (input: unknown) =>
  typeof input === "object" && input !== null && !Array.isArray(input);

const oneOfTwo = advice("Keep one of the two");

/** `{ A: "b" }`, `["A=b"]` and the like: a list of names with values. */
const named: Correct = (input) =>
  write([{ name: variableName(Object.keys(draft(input))[0]), value: ELLIPSIS }]);

const oneNamed: Correct = (input, { setting }) => {
  if (!isMap(input)) return write({ name: "NAME", value: ELLIPSIS });
  const { name, value, from } = draft(input);
  if (value !== undefined && from !== undefined) return oneOfTwo;
  const outside = setting("from", { env: variableName(name) });
  return advice(
    `Write \`${setting("value", ELLIPSIS)}\`, or \`${outside}\` for what is set outside`,
  );
};

/** What the build gets may be a name alone: the value is that of the variable. */
const onePassedOn: Correct = (input, notation) =>
  typeof input === "string" && VARIABLE.test(input)
    ? write({ name: input })
    : oneNamed(input, notation);

/** A value, or better where it comes from. */
const source =
  (example: unknown): Correct =>
  (input) => {
    const { value, from } = draft(input);
    return value !== undefined && from !== undefined ? oneOfTwo : write(example);
  };

const from: Correct = (input, { setting }) => {
  const { env, secret } = draft(input);
  if (env !== undefined && secret !== undefined) return oneOfTwo;
  const stored = setting("from", { secret: "provider:source:key" });
  return advice(`Write \`${setting("from", { env: "NAME" })}\`, or \`${stored}\``);
};

const value: Correct = (input, { setting }) =>
  input === null ? advice(`Write \`${setting("value", "")}\` for an empty one`) : undefined;

/** A source is a map in a map. */
const sourceOptions = { vault: ELLIPSIS, item: ELLIPSIS };

const password = { from: { env: "REGISTRY_PASSWORD" } };
const PASSED_ON = ["image.buildConfig.args", "image.buildConfig.secrets"];
const LISTS = ["env", ...PASSED_ON];
const SINGLE = ["apiToken", "image.registry.username", "image.registry.password"];

/** By kind of setting. */
export const VALUES: Corrections = {
  ...Object.fromEntries(
    LISTS.flatMap((list) => [
      [list, named],
      [`${list}[]`, oneNamed],
      [`${list}[].name`, (input: unknown) => (input === undefined ? write("NAME") : undefined)],
    ]),
  ),
  ...Object.fromEntries(PASSED_ON.map((list) => [`${list}[]`, onePassedOn])),
  secretProviders: () => write({ onepassword: { production: sourceOptions } }),
  provider: () => write({ production: sourceOptions }),
  apiToken: source({ from: { env: "HALOY_API_TOKEN" } }),
  "image.registry": () => write({ username: { value: ELLIPSIS }, password }),
  "image.registry.username": source({ value: ELLIPSIS }),
  "image.registry.password": source(password),
  "image.registry.server": (_input, { setting }) =>
    advice(`Write the host alone, such as \`${setting("server", "ghcr.io")}\``),
  ...Object.fromEntries(
    [...LISTS.map((list) => `${list}[]`), ...SINGLE].flatMap((kind) => [
      [`${kind}.from`, from],
      [`${kind}.value`, value],
    ]),
  ),
};
