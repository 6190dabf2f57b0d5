/**
 * How a deploy or a rollback ended well.
 *
 * @module
 */

import type { DeployResult } from "../../client/api.ts";
import { writtenDomains } from "../../core/domain-names.ts";
import type { PushedImage } from "../../core/hooks.ts";
import type { Domain } from "../../core/target.ts";
import { stdout } from "../output.ts";
import { bytes, counted, duration, facts } from "./format.ts";
import { cyan, mark, named } from "./style.ts";

/** Print the result: the last line of JSON, or what a person wants to know now. */
export function printDeployed(
  result: DeployResult,
  domains: readonly Domain[],
  json: boolean,
): void {
  if (json) {
    stdout.raw(JSON.stringify({ type: "result", ...result }));
    return;
  }
  const { server, deployment, image, rolledBackTo, push, elapsedMs } = result;
  const verb = rolledBackTo === null ? "Deployed" : "Rolled back";
  stdout.line(`${mark.done} ${verb} ${named(result)} on ${server} in ${duration(elapsedMs)}`);
  stdout.line(
    facts([
      // The router speaks plain HTTP, or leads from there to HTTPS.
      [
        "url",
        domains.map(({ domain }) => cyan(`http://${writtenDomains(domain)}`)).join("\n") || null,
      ],
      ["deployment", deployment],
      ["release of", rolledBackTo],
      ["image", image],
      ["sent", push && sent(push)],
    ]),
  );
}

function sent({ bytesSent, layersSent, layersTotal }: PushedImage): string {
  return bytesSent === 0
    ? "nothing: the server has the image already"
    : `${bytes(bytesSent)} in ${layersSent} of ${counted(layersTotal, "layer")}`;
}
