/**
 * Rules about a target's containers, after inheritance.
 *
 * @module
 */

import { OWN_LABELS } from "../../target.ts";
import { parseVolume } from "../../volume.ts";
import { draft } from "../merge.ts";
import type { Finding } from "../tree.ts";
import { isText, list, once, type TargetRule } from "./rule.ts";

const volumesOnce: TargetRule = ({ draft: { volumes } }) => {
  const paths = list(volumes).flatMap((volume, index) => {
    const parsed = isText(volume) ? parseVolume(volume) : { problem: "" };
    return "problem" in parsed ? [] : [[parsed.path, ["volumes", index]] as const];
  });
  return once(paths, "Keep one of the two, or give it another path", "mounts");
};

/** Where Docker has networks that no router reaches. */
const networkReachable: TargetRule = ({ draft: target }, { key, setting }) => {
  const { network, domains, replicas, deploymentStrategy } = target;
  if (!isText(network) || list(domains).length === 0) return [];
  const because = [{ path: ["domains"], message: "lead to the app" }];
  const refused = (message: string, suggestion: string): Finding[] => [
    { path: ["network"], message, suggestion, because },
  ];
  const remove = `Remove "network", or the domains`;
  if (network === "none") return refused(`is "none", where nothing reaches the app`, remove);
  if (network.startsWith("container:")) {
    return refused("is that of another container, which would get the requests", remove);
  }
  const several = typeof replicas === "number" && replicas > 1;
  if (network !== "host" || (deploymentStrategy === "replace" && !several)) return [];
  const only = `\`${setting("deploymentStrategy", "replace")}\``;
  return refused(
    `is "host", where only one container can listen on the app's port`,
    several
      ? `Remove "network", or "${key("replicas")}" and write ${only}`
      : `Write ${only}, or remove "network"`,
  );
};

const commandNamesProgram: TargetRule = ({ draft: { command } }) => {
  if (list(command)[0] !== "") return [];
  return [
    {
      path: ["command", 0],
      message: "must not be empty: it is the program",
      suggestion: "Write the program, and then its arguments",
    },
  ];
};

const labelsAreFree: TargetRule = ({ draft: { labels } }) =>
  Object.keys(draft(labels)).flatMap((label): Finding[] => {
    if (!label.startsWith(OWN_LABELS)) return [];
    const message = `begins with "${OWN_LABELS}", which only Haloy itself may set`;
    return [{ path: ["labels", label], target: "key", message, suggestion: "Choose another name" }];
  });

/** In the order in which they are reported. */
export const CONTAINER_RULES: readonly TargetRule[] = [
  volumesOnce,
  networkReachable,
  commandNamesProgram,
  labelsAreFree,
];
