/**
 * Rules about one target, after inheritance.
 *
 * @module
 */

import { lawfulName } from "../corrections/target.ts";
import { cycles } from "../interpolation.ts";
import { draft } from "../merge.ts";
import { appName, hostName } from "../names.ts";
import type { Finding, Path } from "../tree.ts";
import { isText, list, once, type TargetRule } from "./rule.ts";

const nameThere: TargetRule = ({ key, draft: { name } }, { setting }) => {
  if (name !== undefined) return [];
  if (key === null) {
    const suggestion = `Write \`${setting("name", "my-app")}\``;
    return [{ path: ["name"], message: "is missing", suggestion }];
  }
  const { error } = appName.safeParse(key);
  if (!error) return [];
  const lawful = lawfulName(key) ?? "my-app";
  return [
    {
      path: [],
      target: "key",
      message: `cannot be the app's name too: that ${error.issues[0]?.message}`,
      suggestion: `Write \`${setting("name", lawful)}\` in the target, or give it another key`,
    },
  ];
};

/** A name that never changes can be used by one container at a time. */
const staticNames: TargetRule = ({ key, draft: target }, { setting }) => {
  if (target.namingStrategy !== "static") return [];
  const findings: Finding[] = [];
  const path = ["namingStrategy"];
  const because = [{ path, message: `is "static"` }];
  const dynamic = `\`${setting("namingStrategy", "dynamic")}\``;
  const { deploymentStrategy: strategy, replicas } = target;
  if (strategy === "rolling" || strategy === undefined) {
    const why = "the old container must stop before the new one gets its name";
    const suggestion = `Write \`${setting("deploymentStrategy", "replace")}\`, or ${dynamic}`;
    findings.push(
      strategy === undefined
        ? { path, message: `is "static", so ${why}`, suggestion }
        : {
            ...{ path: ["deploymentStrategy"], suggestion, because },
            message: `is "rolling", but with static names ${why}`,
          },
    );
  }
  if (typeof replicas === "number" && replicas > 1) {
    findings.push({
      ...{ path: ["replicas"], because },
      message: `is ${replicas}, but with static names there can be only one container`,
      suggestion: `Write \`${setting("replicas", 1)}\`, or ${dynamic}`,
    });
  }
  const name = target.name ?? key;
  if (isText(name) && name.length === 1) {
    findings.push({
      ...{ path: target.name === undefined ? [] : ["name"], because },
      message: "is one letter, and Docker wants two for a container's name",
      suggestion: `Choose a longer name, or ${dynamic}`,
    });
  }
  return findings;
};

const domainsOnce: TargetRule = ({ draft: { domains } }) =>
  once(domainNames(domains), "Keep one of the two");

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

/** A host name, or an address from which it is taken. Who logs in by SSH writes a user too. */
const SERVER = /^(?:https?:\/\/)?[^\s@/?#${}]+(?:[/?#]\S*)?$/i;

const serverNamed: TargetRule = ({ draft: { server } }) => {
  if (!isText(server) || server === "" || SERVER.test(server)) return [];
  return [
    {
      path: ["server"],
      message: `must be the host name of a server, such as "haloy.example.com"`,
      suggestion: server.includes("@")
        ? "Leave out the user: requests go to haloyd by HTTPS"
        : server.includes("$")
          ? "Only values of env have variables: write the text itself, or compute it in a haloy.config.ts"
          : undefined,
    },
  ];
};

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

/** In the order in which they are reported. */
export const TARGET_RULES: readonly TargetRule[] = [
  nameThere,
  staticNames,
  domainsOnce,
  serverNamed,
  noCycles,
];
