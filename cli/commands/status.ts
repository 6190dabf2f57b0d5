/**
 * `haloy status`.
 *
 * @module
 */

import type { AppStatus } from "../../client/api.ts";
import { stdout } from "../output.ts";
import { facts } from "../render/format.ts";
import { bold, green, yellow } from "../render/style.ts";
import { printJson, type TargetFlags, withSession } from "../session.ts";

/** Show what runs. */
export async function status(flags: TargetFlags): Promise<void> {
  await withSession(flags, async ({ haloy, signal }) => {
    const found = await haloy.status({ signal }).result;
    if (flags.json) printJson(found);
    else printStatus(found);
  });
}

function printStatus({
  app,
  state,
  deployment,
  image,
  domains,
  replicas,
  latest,
}: AppStatus): void {
  stdout.line(`${bold(app)}  ${state === "running" ? green(state) : yellow(state)}`);
  const names = domains.map(({ domain, aliases }) => [domain, ...aliases].join(", "));
  const containers = replicas.map(({ name, state, upstream }) =>
    [name, state, ...(upstream === null ? [] : [upstream])].join("  "),
  );
  const newer = latest && latest.deployment !== deployment ? latest : null;
  stdout.line(
    facts([
      ["deployment", deployment],
      ["image", image],
      ["domains", names.join("\n") || null],
      ["replicas", containers.join("\n") || "none"],
      ["latest", newer && yellow(`${newer.deployment}, ${newer.state}`)],
    ]),
  );
}
