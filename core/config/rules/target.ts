/**
 * Rules about one target, after inheritance.
 *
 * @module
 */

import { parseVolume } from "../../volume.ts";
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
const staticNames: TargetRule = ({ draft: target }, { setting }) => {
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

/** A host name, or an address from which it is taken. Who logs in by SSH writes a user too. */
const SERVER = /^(?:https?:\/\/)?[^\s@/?#]+(?:[/?#]\S*)?$/i;

const serverNamed: TargetRule = ({ draft: { server } }) => {
  if (!isText(server) || server === "" || SERVER.test(server)) return [];
  return [
    {
      path: ["server"],
      message: `must be the host name of a server, such as "haloy.example.com"`,
      suggestion: server.includes("@")
        ? "Leave out the user: requests go to haloyd by HTTPS"
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
  networkReachable,
  serverNamed,
  commandNamesProgram,
  noCycles,
  labelsAreFree,
];
