/**
 * `haloy targets`: offline.
 *
 * @module
 */

import { chooseTargets } from "../../client/choose.ts";
import { writtenDomains } from "../../core/domain-names.ts";
import { stdout } from "../output.ts";
import { table } from "../render/format.ts";
import { choiceOf, load, printJson, type TargetFlags } from "../session.ts";

/** List the config's targets: all of them, unless some are named. */
export async function targets(flags: TargetFlags): Promise<void> {
  const { file, config } = await load(flags);
  const choice = flags.targets === undefined ? { all: true } : choiceOf(flags);
  const { names } = chooseTargets(config, choice, { sparesProtected: false });
  const chosen = names.flatMap((target) => {
    const found = config.targets[target];
    if (!found) return [];
    const { name: app, server = null, domains, protected: isProtected } = found;
    return [{ target, app, server, domains: domains.map(({ domain }) => domain), isProtected }];
  });
  if (flags.json) {
    const listed = chosen.map(({ isProtected, ...one }) => ({ ...one, protected: isProtected }));
    printJson({ file, targets: listed });
  } else {
    const rows = chosen.map(({ target, app, server, domains, isProtected }) => [
      target,
      app,
      server ?? "(the one you added)",
      writtenDomains(domains.join(", ")),
      isProtected ? "protected" : "",
    ]);
    stdout.line(table(["TARGET", "APP", "SERVER", "DOMAINS", ""], rows));
  }
}
