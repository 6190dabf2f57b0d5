/**
 * Rules about one target, after inheritance.
 *
 * @module
 */

import { parseVolume } from "../../volume.ts";
import { cycles } from "../interpolation.ts";
import { draft } from "../merge.ts";
import { appName, hostName } from "../names.ts";
import type { Finding, Path } from "../tree.ts";
import { isText, list, once, type TargetRule } from "./rule.ts";

const nameThere: TargetRule = ({ key, draft: { name } }) => {
  if (name !== undefined) return [];
  if (key === null) {
    return [{ path: ["name"], message: "is missing", suggestion: `Write "name: my-app"` }];
  }
  const { error } = appName.safeParse(key);
  if (!error) return [];
  return [
    {
      path: [],
      target: "key",
      message: `cannot be the app's name: it ${error.issues[0]?.message}`,
      suggestion: `Give the target a "name", or another key`,
    },
  ];
};

/** A name that never changes can be used by one container at a time. */
const staticNames: TargetRule = ({ draft: target }) => {
  if (target.namingStrategy !== "static") return [];
  const because = (key: string, message: string) => [
    ...(target[key] === undefined ? [] : [{ path: [key], message }]),
  ];
  const findings: Finding[] = [];
  if ((target.deploymentStrategy ?? "rolling") !== "replace") {
    findings.push({
      path: ["namingStrategy"],
      message: `is "static", so the old container must end before the new one starts`,
      suggestion: "Set the deployment strategy to replace, or use dynamic names",
      because: because("deploymentStrategy", `is "rolling"`),
    });
  }
  if (typeof target.replicas === "number" && target.replicas > 1) {
    findings.push({
      path: ["namingStrategy"],
      message: `is "static", so there can be only one container`,
      suggestion: "Set replicas to 1, or use dynamic names",
      because: because("replicas", `is ${target.replicas}`),
    });
  }
  return findings;
};

const domainsOnce: TargetRule = ({ draft: { domains } }) => once(domainNames(domains));

/** Host names of a target, each with its path. */
export function domainNames(domains: unknown): (readonly [name: string, path: Path])[] {
  return list(domains).flatMap((entry, index) => {
    const { domain, aliases } = draft(entry);
    const names = [
      [domain, ["domains", index, "domain"]] as const,
      ...list(aliases).map((alias, at) => [alias, ["domains", index, "aliases", at]] as const),
    ];
    return names.flatMap(([name, path]) => {
      const parsed = hostName.safeParse(name);
      return parsed.success ? [[parsed.data, path] as const] : [];
    });
  });
}

const volumesOnce: TargetRule = ({ draft: { volumes } }) =>
  once(
    list(volumes).flatMap((volume, index) => {
      const parsed = isText(volume) ? parseVolume(volume) : { problem: "" };
      return "problem" in parsed ? [] : [[parsed.path, ["volumes", index]] as const];
    }),
  );

const noCycles: TargetRule = ({ draft: { env } }) => {
  const values = list(env).map((entry) => {
    const { name, value } = draft(entry);
    return { name: isText(name) ? name : "", value: isText(value) ? value : undefined };
  });
  return cycles(values).map(({ index, path }) => ({
    path: ["env", index, "value"],
    message: `leads back to itself: ${path.join(" → ")}`,
    suggestion: "Write one of these values without the others",
  }));
};

const OWN_LABELS = "dev.haloy.";

const labelsAreFree: TargetRule = ({ draft: { labels } }) =>
  Object.keys(draft(labels)).flatMap((label): Finding[] => {
    if (!label.startsWith(OWN_LABELS)) return [];
    const message = `begins with "${OWN_LABELS}", which only Haloy itself may set`;
    return [{ path: ["labels", label], target: "key", message, suggestion: "Choose another name" }];
  });

/** In the order in which they are reported. */
export const TARGET_RULES: readonly TargetRule[] = [
  nameThere,
  staticNames,
  domainsOnce,
  volumesOnce,
  noCycles,
  labelsAreFree,
];
