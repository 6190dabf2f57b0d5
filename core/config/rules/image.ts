/**
 * Rules about a target's image (founding document, "Basic Image Configuration" and "Image History
 * & Rollback").
 *
 * @module
 */

import { registryHost, registryOf } from "../../reference.ts";
import { type Glob, parseGlob } from "../glob.ts";
import { HISTORY_OPTIONS, isMutableTag, KNOWN_OPTIONS } from "../history.ts";
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

/** Docker sends a login to the registry of the image, whatever it is for. */
const loginFitsImage: TargetRule = (target) => {
  const image = imageOf(target);
  const { server } = draft(image.registry);
  const { repository } = image;
  if (!isText(server) || !isText(repository) || !referenceOf(repository)) return [];
  if (draft(image.buildConfig).push === "server") return [];
  const own = registryHost(registryOf(repository));
  if (registryHost(server) === own) return [];
  return [
    {
      path: ["image", "registry", "server"],
      message: `is "${server}", but the image is at "${own}"`,
      suggestion: `Remove it, or write the registry into the repository: ${registryHost(server)}/…`,
      because: [{ path: ["image", "repository"], message: `is "${repository}"` }],
    },
  ];
};

/** What other tools call `count`. */
const COUNT = /^(?:keep|limit|max|versions|size)/i;

const historyOptions: TargetRule = (target) => {
  const history = draft(imageOf(target).history);
  const strategy = history.strategy ?? "local";
  if (!isText(strategy) || !Object.hasOwn(HISTORY_OPTIONS, strategy)) return [];
  return Object.entries(history).flatMap(([key, value]): Finding[] => {
    const path = ["image", "history", key];
    if (value === undefined || key === "strategy") return [];
    if (key === "count") {
      const fine = Number.isInteger(value) && Number(value) >= 1;
      if (fine) return [];
      const quoted = isText(value) && /^\d+$/.test(value);
      const message = "must be a whole number, at least 1";
      return [{ path, message, suggestion: quoted ? "Remove the quotes" : undefined }];
    }
    if (KNOWN_OPTIONS.has(key)) return [];
    const known = HISTORY_OPTIONS[strategy] ?? [];
    const close = COUNT.test(key) && known.includes("count") ? "count" : nearest(key, known);
    const otherwise = known.length > 0 ? `Known here: ${known.join(", ")}` : "Remove it";
    const suggestion = close ? `Did you mean "${close}"?` : otherwise;
    const message = `is not an option of the history strategy "${strategy}"`;
    return [{ path, target: "key", message, suggestion }];
  });
};

/** Founding document, "Registry Strategy": immutable tags, and they match the pattern. */
const registryHistory: TargetRule = (target, { setting }) => {
  const image = imageOf(target);
  const history = draft(image.history);
  if (history.strategy !== "registry") return [];
  const because = [
    { path: ["image", "history", "strategy"], message: `is "registry": it goes back by tags` },
  ];
  const [findings, glob] = patternFindings(history.pattern, setting("pattern", "v*"), because);
  const reference = referenceOf(image.repository);
  if (image.repository !== undefined && !reference) return findings;
  const inRepository = image.tag === undefined && reference?.tag != null;
  const tag = inRepository ? reference.tag : image.tag;
  const path = inRepository ? ["image", "repository"] : ["image", "tag"];
  const suggestion = `Write a tag that never moves, such as \`${setting("tag", "v1.2.3")}\``;
  if (tag === undefined && reference?.digest != null) {
    const message = "has a digest and no tag, and the history's pattern is about tags";
    findings.push({ path: ["image", "repository"], because, message, suggestion });
  } else if (tag === undefined) {
    const message = `is missing, and the default "latest" moves: there would be nothing to go back to`;
    findings.push({ path, because, message, suggestion });
  } else if (isText(tag) && isMutableTag(tag)) {
    const message = `has the tag "${tag}", which moves: there would be nothing to go back to`;
    findings.push({ path, because, message, suggestion });
  } else if (isText(tag) && glob && !glob.matches(tag)) {
    findings.push({
      path,
      message: `has the tag "${tag}", which does not match the history's pattern "${history.pattern}"`,
      suggestion: "Correct the tag or the pattern",
      because: [{ path: PATTERN, message: "stands here" }],
    });
  }
  return findings;
};

const PATTERN = ["image", "history", "pattern"];

/** What is wrong with a pattern, or the glob that it is. */
function patternFindings(
  pattern: unknown,
  example: string,
  because: NonNullable<Finding["because"]>,
): [Finding[], Glob?] {
  const wrong = (message: string, suggestion: string): [Finding[]] => [
    [{ path: PATTERN, message, suggestion, because }],
  ];
  const which = `Write which tags are releases, such as \`${example}\``;
  if (pattern === undefined) return wrong("is missing", which);
  if (!isText(pattern) || pattern.trim() === "")
    return wrong("must be text that says something", which);
  const glob = parseGlob(pattern);
  if ("matches" in glob) return [[], glob];
  return wrong(glob.problem, `It is a glob, such as \`${example}\`: * stands for anything`);
}

/** In the order in which they are reported. */
export const IMAGE_RULES: readonly TargetRule[] = [
  tagWrittenOnce,
  builtImageHasNoDigest,
  loginFitsImage,
  historyOptions,
  registryHistory,
];
