/**
 * Rules about what targets inherit from the top of the file, as far as JSON Schema can say them:
 * "when the top says this, every target needs that". Keys are camelCase.
 *
 * @module
 */

import { at, both, has, type JsonSchema, lacks, matching, rule } from "./keywords.ts";
import * as patterns from "./patterns.ts";

/**
 * A layer that makes names static, whatever is below it: a preset in it counts, unless the layer
 * says otherwise itself.
 */
export const STATIC_NAME: JsonSchema = {
  anyOf: [has("namingStrategy", { const: "static" }), both(has("preset"), lacks("namingStrategy"))],
};

/** What static names need of a layer that has them. */
export const ONE_AT_A_TIME: JsonSchema = {
  properties: { replicas: { maximum: 1 }, deploymentStrategy: { enum: ["replace"] } },
};

const ONE = "A static name is for one container at a time";
const REPLACED = `A static name needs the deployment strategy "replace"`;

const several = has("replicas", { type: "number", minimum: 2 });
/** Targets that say nothing of it themselves are not replaced. */
const rolling: JsonSchema = {
  anyOf: [
    has("deploymentStrategy", { const: "rolling" }),
    both(lacks("deploymentStrategy"), lacks("preset")),
  ],
};
const oneOf = (...keys: string[]): JsonSchema => ({
  anyOf: keys.map((key) => has(key)),
});
const repository = (pattern: string): JsonSchema =>
  has("image", { anyOf: [matching(pattern), has("repository", matching(pattern))] });

/** What each target needs. */
function each(needed: JsonSchema): JsonSchema {
  return at(["targets"], { additionalProperties: needed });
}

/** For a file with targets. */
export const INHERITED: readonly JsonSchema[] = [
  rule(STATIC_NAME, each(rule(lacks("namingStrategy"), ONE_AT_A_TIME, ONE))),
  rule(several, each(rule(STATIC_NAME, { required: ["replicas"] }, ONE))),
  rule(
    both(STATIC_NAME, several),
    each({ ...oneOf("namingStrategy", "replicas"), errorMessage: ONE }),
  ),
  rule(
    rolling,
    each(
      rule(
        both(has("namingStrategy", { const: "static" }), lacks("preset")),
        { required: ["deploymentStrategy"] },
        REPLACED,
      ),
    ),
  ),
  rule(
    both(STATIC_NAME, rolling),
    each({
      ...oneOf("namingStrategy", "deploymentStrategy", "preset"),
      errorMessage: REPLACED,
    }),
  ),
  rule(
    repository(patterns.WITH_VERSION),
    each(
      at(
        ["image"],
        rule(
          lacks("repository"),
          at(["tag"], false),
          "The repository at the top has a tag already",
        ),
      ),
    ),
  ),
  rule(
    has("image", has("history", has("strategy", { const: "registry" }))),
    each(
      rule(
        lacks("preset"),
        at(
          ["image"],
          rule(
            { not: has("history", has("strategy")) },
            {
              properties: {
                repository: { not: matching(patterns.WITH_MUTABLE_TAG) },
                tag: { not: matching(patterns.MUTABLE_TAG) },
              },
            },
            `The history strategy "registry" needs a tag that never changes, such as v1.2.3`,
          ),
        ),
      ),
    ),
  ),
];
