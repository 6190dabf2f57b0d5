/**
 * `haloy status`.
 *
 * @module
 */

import type { AppStatus } from "../../client/api.ts";
import { writtenDomains } from "../../core/domain-names.ts";
import { stdout } from "../output.ts";
import { facts } from "../render/format.ts";
import { green, named, yellow } from "../render/style.ts";
import { ask, printEach, printJson, type TargetFlags, withSession } from "../session.ts";

/** Show what runs. */
export async function status(flags: TargetFlags): Promise<void> {
  await withSession(flags, async ({ haloy, chosen }) => {
    await printEach(ask(haloy.status(chosen), flags), flags.json ? printJson : printStatus);
  });
}

function printStatus(status: AppStatus): void {
  const { state, deployment, image, domains, replicas, latest } = status;
  stdout.line(`${named(status)}  ${state === "running" ? green(state) : yellow(state)}`);
  const names = domains.map(({ domain, aliases }) =>
    writtenDomains([domain, ...aliases].join(", ")),
  );
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
