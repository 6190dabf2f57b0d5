/**
 * Corrections of what is written about images.
 *
 * @module
 */

import { parseReference } from "../../reference.ts";
import { draft } from "../merge.ts";
import { ELLIPSIS } from "../notation.ts";
import {
  advice,
  alone,
  asText,
  type Correct,
  type Corrections,
  flag,
  isText,
  listed,
  write,
} from "./correction.ts";

/** `${TAG}`: other tools replace it everywhere. */
const interpolated: Correct = (input) =>
  isText(input) && /\$\{?[A-Za-z_]/.test(input)
    ? advice(
        "Only values of env have variables: write the text itself, or compute it in a haloy.config.ts",
      )
    : undefined;

const reference: Correct = (input, notation) => {
  if (!isText(input)) return alone(input, notation);
  const bare = input.trim().replace(/^https?:\/\//, "");
  const right = [bare, bare.toLowerCase()].find((one) => !("problem" in parseReference(one)));
  return interpolated(input, notation) ?? (right === undefined ? undefined : write(right));
};

const build: Correct = (input, notation) => {
  const decided = flag(input, notation);
  if (decided) return decided;
  // As in a compose file.
  const { context, path } = draft(input);
  const found = [input, context, path].find(isText) ?? "./app";
  return advice(`Write \`${notation.setting("buildConfig", { context: found })}\``);
};

const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ["amd64", "linux/amd64"],
  ["x86_64", "linux/amd64"],
  ["x64", "linux/amd64"],
  ["arm64", "linux/arm64"],
  ["aarch64", "linux/arm64"],
]);

const platform: Correct = (input) => {
  const known = isText(input)
    ? ARCHITECTURES.get(input.toLowerCase().split("/").at(-1) ?? "")
    : undefined;
  return known === undefined ? undefined : write(known);
};

/** By kind of setting. */
export const IMAGE: Corrections = {
  image: reference,
  "image.repository": reference,
  "image.tag": interpolated,
  "image.pullPolicy": (input) =>
    /^(?:if-?not-?present|missing)$/i.test(asText(input)) ? write("if_missing") : undefined,
  "image.history": (input) => {
    if (Number.isInteger(input)) return write({ strategy: "local", count: input });
    return isText(input) ? write({ strategy: input.trim() }) : undefined;
  },
  "image.history.strategy": alone,
  "image.build": build,
  "image.buildConfig": (input, { setting }) => {
    if (input === true) return advice(`Write \`${setting("build", true)}\` instead`);
    return isText(input) ? write({ context: input.trim() }) : undefined;
  },
  "image.buildConfig.platform": platform,
  "image.buildConfig.platform[]": platform,
  "image.buildConfig.push": (input) =>
    Array.isArray(input)
      ? advice("An image travels one way: for both, write two targets")
      : undefined,
  "image.buildConfig.cacheFrom": listed,
  "image.buildConfig.cacheTo": listed,
  images: (input) => {
    const [first] = Array.isArray(input) ? input : [];
    const { name } = draft(first);
    return write({ [isText(name) ? name : "web"]: isText(first) ? first : ELLIPSIS });
  },
};
