/**
 * `haloy plan`.
 *
 * @module
 */

import type { Plan } from "../../client/api.ts";
import { stdout } from "../output.ts";
import { facts } from "../render/format.ts";
import { bold } from "../render/style.ts";
import { follow, shortPath, type TargetFlags, withSession } from "../session.ts";

/** Show what a deploy would do. */
export async function plan(flags: TargetFlags): Promise<void> {
  const json = flags.json ?? false;
  await withSession(flags, async ({ haloy, signal }) => {
    const found = await follow(haloy.plan({ signal }), { json, logs: true });
    if (json) stdout.raw(JSON.stringify({ type: "result", ...found }));
    else printPlan(found);
  });
}

function printPlan(found: Plan): void {
  const { app, server, image, build, push, strategy, replicas, current } = found;
  stdout.line(`${bold(app)} on ${server}`);
  stdout.line(
    facts([
      ["image", image],
      ["build", build && `${shortPath(build.dockerfile)} for ${build.platform}`],
      ["context", build && (shortPath(build.context) || ".")],
      ["push", push ?? "not needed: the server pulls the image"],
      ["replicas", `${replicas}, ${strategy}`],
      ["history", found.history],
      ["domains", found.domains.join("\n") || "none"],
      ["env", found.env.join("\n") || null],
      ["now", current ? `${current.deployment}, ${current.state}, ${current.image}` : "nothing"],
    ]),
  );
}
