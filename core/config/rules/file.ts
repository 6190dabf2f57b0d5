/**
 * Rules about a whole file: its layers as they are written, and targets beside each other.
 *
 * @module
 */

import { type Layered, targetKeys } from "../layers.ts";
import { type Draft, draft } from "../merge.ts";
import { nearest } from "../nearest.ts";
import type { Finding, Path } from "../tree.ts";
import { isText, list, once } from "./rule.ts";
import { domainNames } from "./target.ts";

/** Places where settings of a target may be written: the top, and each target. */
function writtenLayers(file: Draft): { readonly path: Path; readonly layer: Draft }[] {
  const targets = draft(file.targets);
  return [
    { path: [], layer: file },
    ...Object.keys(targets).map((key) => ({ path: ["targets", key], layer: draft(targets[key]) })),
  ];
}

/** Founding document, "Multi-Target Image Selection": either `image` or `image_key`. */
function imageOrKey(file: Draft): Finding[] {
  const names = Object.keys(draft(file.images));
  return writtenLayers(file).flatMap(({ path: base, layer: { image, imageKey } }): Finding[] => {
    if (imageKey === undefined) return [];
    const path = [...base, "imageKey"];
    if (image !== undefined) {
      const because = [{ path: [...base, "image"], message: "is the other one" }];
      const message = "is one of two images of the same target";
      return [{ path, message, suggestion: `Keep "image" or "image_key"`, because }];
    }
    if (!isText(imageKey) || names.includes(imageKey)) return [];
    if (names.length === 0) {
      const message = `is "${imageKey}", but the config has no "images"`;
      return [{ path, message, suggestion: `Write it under "images" at the top` }];
    }
    const meant = nearest(imageKey, names);
    return [
      {
        path,
        message: `is "${imageKey}", which is not one of the images: ${names.join(", ")}`,
        suggestion: meant === undefined ? "Choose one of them" : `Did you mean "${meant}"?`,
      },
    ];
  });
}

/** Variables, arguments and secrets: each once in the list that names it. */
function namedOnce(file: Draft): Finding[] {
  const named = (entries: unknown, path: Path) =>
    list(entries).flatMap((entry, index) => {
      const { name } = draft(entry);
      return isText(name) ? [[name, [...path, index, "name"]] as const] : [];
    });
  const builds = (image: unknown, path: Path) => {
    const build = draft(draft(image).buildConfig);
    return ["args", "secrets"].flatMap((list) =>
      once(named(build[list], [...path, "buildConfig", list])),
    );
  };
  return [
    ...writtenLayers(file).flatMap(({ path, layer }) => [
      ...once(named(layer.env, [...path, "env"])),
      ...builds(layer.image, [...path, "image"]),
    ]),
    ...Object.entries(draft(file.images)).flatMap(([key, image]) => builds(image, ["images", key])),
  ];
}

const TARGET_NAME = /^[A-Za-z0-9][\w.-]*$/;

/** Names that can be given on the command line, with commas between them. */
function targetNames(file: Draft): Finding[] {
  return targetKeys(file).flatMap((key): Finding[] => {
    if (TARGET_NAME.test(key) && key.length <= 63) return [];
    const message =
      "cannot be a target's name: letters, digits, dots, dashes and underscores, at most 63";
    return [{ path: ["targets", key], target: "key", message }];
  });
}

/** Where a target's app is named. */
const nameOf = ({ key, draft: { name }, origin }: Layered): Path =>
  name === undefined ? ["targets", key ?? ""] : origin(["name"]);

/** Two targets must not be the same app on the same server, nor answer to the same host name there. */
function apart(targets: readonly Layered[]): Finding[] {
  const serverOf = ({ draft: { server } }: Layered) =>
    isText(server) ? server.toLowerCase().replace(/^[a-z]+:\/\//, "") : "";
  const apps = new Map<string, Layered>();
  const domains = new Map<string, { readonly target: Layered; readonly path: Path }>();
  const findings: Finding[] = [];
  for (const target of targets) {
    const server = serverOf(target);
    const where = server === "" ? "the same server" : `server "${server}"`;
    const name = target.draft.name ?? target.key;
    const app = isText(name) ? JSON.stringify([server, name]) : null;
    const twin = app === null ? undefined : apps.get(app);
    if (twin) {
      const because = [{ path: nameOf(twin), message: `is "${name}" too` }];
      const message = `is the app "${name}" on ${where}, and so is target "${twin.key}"`;
      findings.push({
        ...{ path: nameOf(target), message, because },
        suggestion: "Give one of them another name",
      });
    } else if (app !== null) apps.set(app, target);
    for (const [domain, path] of domainNames(target.draft.domains)) {
      const place = JSON.stringify([server, domain]);
      const other = domains.get(place);
      if (!other) domains.set(place, { target, path });
      else if (other.target !== target && !twin) {
        const because = [{ path: other.target.origin(other.path), message: "is the first one" }];
        const message = `is "${domain}", which target "${other.target.key}" has on ${where} too`;
        findings.push({
          ...{ path: target.origin(path), message, because },
          suggestion: "A host name leads to one app",
        });
      }
    }
  }
  return findings;
}

/** What is wrong with the file as a whole. Paths are those of the file. */
export function fileFindings(file: Draft, targets: readonly Layered[]): Finding[] {
  return [...targetNames(file), ...imageOrKey(file), ...namedOnce(file), ...apart(targets)];
}
