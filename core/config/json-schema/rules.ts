/**
 * Rules between fields, as far as JSON Schema can say them about one layer of a config. What a
 * target inherits stands elsewhere in the file, so nothing is refused here that another layer may
 * put right: a rule is about every layer, about the last one, about a config that has only one, or
 * about the file. Keys are camelCase.
 *
 * @module
 */

import { HISTORY_OPTIONS, KNOWN_OPTIONS } from "../history.ts";
import { INHERITED, ONE_AT_A_TIME, STATIC_NAME } from "./inherited.ts";
import { at, both, has, type JsonSchema, lacks, matching, notBoth, ref, rule } from "./keywords.ts";
import * as patterns from "./patterns.ts";

/** The history strategies whose options the config language itself defines. */
export const OUR_HISTORY_STRATEGIES: readonly string[] = Object.keys(HISTORY_OPTIONS);

/** Wherever settings of a target are written. */
const everyLayer: JsonSchema[] = [
  notBoth("image", "imageKey"),
  at(["env"], { uniqueItems: true }),
  at(["labels"], { propertyNames: { not: { pattern: "^dev\\.haloy\\." } } }),
];

const ourOptions: JsonSchema = {
  properties: { count: { type: "integer", minimum: 1 } },
  propertyNames: { enum: ["strategy", ...KNOWN_OPTIONS] },
};
const COUNT = `"count" is a whole number, at least 1`;
const NEEDS_TAG = `The history strategy "registry" needs a tag that never changes, such as v1.2.3`;
const usesRegistry = has("history", has("strategy", { const: "registry" }));

/** The `image` of a layer that no other changes. */
const lastImage: JsonSchema[] = [
  rule(
    has("repository", matching(patterns.WITH_VERSION)),
    at(["tag"], false),
    `"repository" already has a tag or a digest: keep one of the two`,
  ),
  rule(
    {
      anyOf: [
        has("build", { const: true }),
        both(has("buildConfig"), { not: has("build", { const: false }) }),
      ],
    },
    at(["repository"], { not: matching(patterns.WITH_DIGEST) }),
    "The image is built here, so its digest is not known before: remove the digest",
  ),
  rule(
    has("history", has("strategy", { enum: [...OUR_HISTORY_STRATEGIES] })),
    at(["history"], ourOptions),
    COUNT,
  ),
  rule(
    usesRegistry,
    {
      properties: {
        repository: { not: matching(patterns.WITH_MUTABLE_TAG) },
        tag: { not: matching(patterns.MUTABLE_TAG) },
        history: at(["pattern"], { ...matching(patterns.GLOB), minLength: 1, maxLength: 256 }),
      },
    },
    NEEDS_TAG,
  ),
];

/** A layer that no other changes: what a target says itself, or a file without targets. */
const lastLayer: JsonSchema[] = [
  at(["image"], ref("lastImage")),
  rule(STATIC_NAME, ONE_AT_A_TIME, "A static name is for one container at a time"),
  rule(
    both(has("domains", { minItems: 1 }), has("network", { const: "host" })),
    ONE_AT_A_TIME,
    `On the network "host" only one container can listen on the app's port`,
  ),
  rule(
    has("domains", { minItems: 1 }),
    at(["network"], { not: matching(patterns.UNREACHABLE_NETWORK) }),
    "Domains lead to the app, and on this network nothing reaches it",
  ),
  at(["server"], matching(patterns.SERVER, "Must be a host name such as haloy.example.com")),
  at(["command"], { items: [{ minLength: 1 }] }),
  at(["volumes"], { uniqueItems: true }),
  at(["domains"], { uniqueItems: true }),
];

/** The `image` of a file without targets. */
const onlyImage: JsonSchema[] = [
  rule(has("history", lacks("strategy")), at(["history"], ourOptions), COUNT),
  rule(
    usesRegistry,
    both(at(["history"], { required: ["pattern"] }), {
      anyOf: [has("tag"), has("repository", matching(patterns.WITH_TAG, NEEDS_TAG))],
    }),
    `The history strategy "registry" needs a "pattern", and a tag that never changes`,
  ),
];

/** A file without targets. */
const onlyLayer: JsonSchema[] = [
  { required: ["name"] },
  at(["image"], ref("onlyImage")),
  rule(
    {
      anyOf: [
        both(has("namingStrategy", { const: "static" }), lacks("preset")),
        both(has("domains", { minItems: 1 }), has("network", { const: "host" }), lacks("preset")),
      ],
    },
    { required: ["deploymentStrategy"] },
    `Only the deployment strategy "replace" stops the old container first`,
  ),
];

const some: JsonSchema = { type: "object", minProperties: 1 };

/** The file as a whole. */
const file: JsonSchema[] = [
  rule({ not: has("targets", some) }, both(ref("lastLayer"), ref("onlyLayer"))),
  ...INHERITED,
  rule(
    { not: has("images", some) },
    {
      properties: {
        imageKey: false,
        targets: { additionalProperties: at(["imageKey"], false) },
      },
    },
    `Write the image under "images" at the top`,
  ),
];

/** What target names are like. One that is no app's name needs a `name` beside it. */
function named(targets: JsonSchema, { pattern = "" }: JsonSchema): JsonSchema {
  return {
    ...targets,
    propertyNames: { pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$", maxLength: 63 },
    patternProperties: { [pattern]: ref("target") },
    additionalProperties: both(ref("target"), has("name")),
  };
}

/** A config's JSON Schema with the rules added where they belong. */
export function withRules(root: JsonSchema): JsonSchema {
  const properties = root.properties as Readonly<Record<string, JsonSchema>>;
  const definitions = root.definitions as Readonly<Record<string, JsonSchema>>;
  const { target = {} } = definitions;
  const { targets = {} } = properties;
  const name = (target.properties as Readonly<Record<string, JsonSchema>>).name ?? {};
  return {
    ...root,
    properties: { ...properties, targets: named(targets, name) },
    allOf: [ref("everyLayer"), ...file],
    definitions: {
      ...definitions,
      target: { ...target, allOf: [ref("everyLayer"), ref("lastLayer")] },
      everyLayer: { $comment: "Wherever settings of a target are written", allOf: everyLayer },
      lastLayer: {
        $comment: "A target's own settings, or a file without targets",
        allOf: lastLayer,
      },
      lastImage: { $comment: "The image of such a layer", allOf: lastImage },
      onlyLayer: { $comment: "A file without targets", allOf: onlyLayer },
      onlyImage: { $comment: "The image of a file without targets", allOf: onlyImage },
    },
  };
}
