/**
 * Rules about a target's image (founding document, "Basic Image Configuration" and "Image History
 * & Rollback").
 *
 * @module
 */

import { HISTORY_OPTIONS, isMutableTag, KNOWN_OPTIONS, matchesPattern } from "../history.ts";
import { type Draft, draft } from "../merge.ts";
import { nearest } from "../nearest.ts";
import type { Finding } from "../tree.ts";
import { isText, referenceOf, type TargetRule } from "./rule.ts";

const imageOf = (target: { readonly draft: Draft }) => draft(target.draft.image);

const tagWrittenOnce: TargetRule = (target) => {
  const image = imageOf(target);
  const reference = referenceOf(image.repository);
  if (!reference || image.tag === undefined) return [];
  if (reference.tag === null && reference.digest === null) return [];
  const what = reference.tag === null ? "digest" : "tag";
  return [
    {
      path: ["image", "tag"],
      message: `is written twice: "repository" already has a ${what}`,
      suggestion: "Keep one of the two",
      because: [{ path: ["image", "repository"], message: `has the ${what}` }],
    },
  ];
};

const builtImageHasNoDigest: TargetRule = (target) => {
  const image = imageOf(target);
  const built = image.build === true || (image.buildConfig != null && image.build !== false);
  if (!built || referenceOf(image.repository)?.digest == null) return [];
  return [
    {
      path: ["image", "repository"],
      message: "has a digest, but the image is built here, so its digest is not known before",
      suggestion: "Remove the digest",
    },
  ];
};

const historyOptions: TargetRule = (target) => {
  const history = draft(imageOf(target).history);
  const strategy = history.strategy ?? "local";
  if (!isText(strategy) || !Object.hasOwn(HISTORY_OPTIONS, strategy)) return [];
  return Object.entries(history).flatMap(([key, value]): Finding[] => {
    const path = ["image", "history", key];
    if (value === undefined || key === "strategy") return [];
    if (key === "count") {
      const fine = Number.isInteger(value) && Number(value) >= 1;
      return fine ? [] : [{ path, message: "must be a whole number, at least 1" }];
    }
    if (KNOWN_OPTIONS.has(key)) return [];
    const known = HISTORY_OPTIONS[strategy] ?? [];
    const close = nearest(key, KNOWN_OPTIONS);
    const otherwise = known.length > 0 ? `Known here: ${known.join(", ")}` : "Remove it";
    const suggestion = close ? `Did you mean "${close}"?` : otherwise;
    return [{ path, target: "key", message: `is not an option of "${strategy}"`, suggestion }];
  });
};

/** Founding document, "Registry Strategy": immutable tags, and they match the pattern. */
const registryHistory: TargetRule = (target) => {
  const image = imageOf(target);
  const history = draft(image.history);
  if (history.strategy !== "registry") return [];
  const { pattern } = history;
  const findings: Finding[] = [];
  const path = ["image", "history", "pattern"];
  const because = [{ path: ["image", "history", "strategy"], message: `is "registry"` }];
  if (!isText(pattern) || pattern.trim() === "") {
    const message = pattern === undefined ? "is missing" : 'must be text such as "v*"';
    findings.push({
      ...{ path, message, because },
      suggestion: `Write which tags are releases, for example pattern: "v*"`,
    });
  }
  const reference = referenceOf(image.repository);
  if (image.repository !== undefined && !reference) return findings;
  const inRepository = image.tag === undefined && reference?.tag != null;
  const tag = inRepository ? reference.tag : image.tag;
  const place = inRepository ? ["image", "repository"] : ["image", "tag"];
  if (tag === undefined) {
    findings.push({
      ...{ path: place, because },
      message: `is missing: the default "latest" moves, so there would be nothing to go back to`,
      suggestion: "Write a tag that never changes, such as v1.2.3",
    });
  } else if (isText(tag) && isMutableTag(tag)) {
    findings.push({
      ...{ path: place, because },
      message: `has the tag "${tag}", which moves, so there would be nothing to go back to`,
      suggestion: "Use a tag that never changes, such as v1.2.3",
    });
  } else if (isText(tag) && isText(pattern) && pattern.trim() !== "") {
    if (!matchesPattern(tag, pattern)) {
      findings.push({
        path: place,
        message: `has the tag "${tag}", which does not match the history's pattern "${pattern}"`,
        suggestion: "Correct the tag or the pattern",
        because: [{ path, message: "is the pattern" }],
      });
    }
  }
  return findings;
};

/** In the order in which they are reported. */
export const IMAGE_RULES: readonly TargetRule[] = [
  tagWrittenOnce,
  builtImageHasNoDigest,
  historyOptions,
  registryHistory,
];
