/**
 * Rules about targets beside each other: two of them must not be the same app on the same server,
 * nor answer to the same host name there.
 *
 * @module
 */

import type { Layered } from "../layers.ts";
import type { Finding, Path } from "../tree.ts";
import { isText } from "./rule.ts";
import { domainNames } from "./target.ts";

/** Where a target's app is named. */
const nameOf = ({ key, draft: { name }, origin }: Layered): Path =>
  name === undefined ? ["targets", key ?? ""] : origin(["name"]);

const serverOf = ({ draft: { server } }: Layered) =>
  isText(server) ? server.toLowerCase().replace(/^[a-z]+:\/\/|[/?#].*$/g, "") : "";

/** Targets that get in each other's way. Paths are those of the file. */
export function apart(targets: readonly Layered[]): Finding[] {
  const apps = new Map<string, Layered>();
  const domains = new Map<string, { readonly target: Layered; readonly path: Path }>();
  const findings: Finding[] = [];
  for (const target of targets) {
    const server = serverOf(target);
    const where = server === "" ? "the same server" : `the server "${server}"`;
    const name = target.draft.name ?? target.key;
    const app = isText(name) ? JSON.stringify([server, name]) : null;
    const twin = app === null ? undefined : apps.get(app);
    if (twin) {
      findings.push({
        path: nameOf(target),
        message: `is the app "${name}" on ${where}, and so is the target "${twin.key}"`,
        suggestion: "Give one of them another name, or another server",
        because: [{ path: nameOf(twin), message: "is the first one" }],
      });
    } else if (app !== null) apps.set(app, target);
    for (const [domain, path] of domainNames(target.draft.domains)) {
      const place = JSON.stringify([server, domain]);
      const other = domains.get(place);
      if (!other) domains.set(place, { target, path });
      else if (other.target !== target && !twin)
        findings.push(shared(domain, { target, path }, other, where));
    }
  }
  return findings;
}

interface Domain {
  readonly target: Layered;
  readonly path: Path;
}

function shared(domain: string, later: Domain, first: Domain, where: string): Finding {
  const path = later.target.origin(later.path);
  const other = first.target.origin(first.path);
  const heir = ({ target: { key } }: Domain) => ({
    path: ["targets", key ?? ""],
    message: "inherits it",
  });
  if (String(path) === String(other)) {
    return {
      path,
      message: `leads to several targets on ${where}, and a host name leads to one app`,
      suggestion: `Write "domains" in each target instead`,
      because: [heir(first), heir(later)],
    };
  }
  return {
    path,
    message: `is "${domain}", which the target "${first.target.key}" has on ${where} too`,
    suggestion: "Keep it in one of them: a host name leads to one app",
    because: [{ path: other, message: "is the first one" }],
  };
}
