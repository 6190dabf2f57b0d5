/**
 * The releases of an app, for people to choose one.
 *
 * @module
 */

import type { RollbackTarget } from "../../client/api.ts";
import { ago, table } from "./format.ts";

/** A table of releases, at `now` (milliseconds). */
export function releasesText(releases: readonly RollbackTarget[], now: number): string {
  const current = releases.find((release) => release.current);
  return table(
    ["DEPLOYMENT", "", "HEALTHY SINCE", "IMAGE", "DIFFERS FROM NOW IN"],
    releases.map((release) => [
      release.deployment,
      release.current ? "serves now" : release.lastGood ? "last good" : "",
      since(release.at, now),
      imageOf(release),
      current && !release.current ? differences(release, current) : "",
    ]),
  );
}

function since(at: string, now: number): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? at : `${ago(now - time)}, ${at.replace(/\.\d+Z$/, "Z")}`;
}

/** The image's ID in short. A reference that only repeats the deployment's ID says nothing. */
function imageOf({ image, imageId, deployment }: RollbackTarget): string {
  const id = imageId.replace(/^sha256:/, "").slice(0, 12);
  return image.endsWith(`:${deployment}`) && id !== "" ? id : [image, id].join(" ").trim();
}

function differences({ imageId, changes }: RollbackTarget, current: RollbackTarget): string {
  const image = imageId === "" || imageId === current.imageId ? [] : ["image"];
  const settings = new Set([...image, ...changes.map(({ setting }) => setting)]);
  return settings.size === 0 ? "nothing" : [...settings].join(", ");
}
