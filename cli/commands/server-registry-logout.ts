/**
 * `haloy server registry logout <registry>`.
 *
 * @module
 */

import { logOut } from "../../client/registries.ts";
import { stdout } from "../output.ts";
import { bold, mark } from "../render/style.ts";
import { onServers, type RegistryFlags } from "./server-registry.ts";

/** Have servers forget their login at a registry. */
export async function registryLogout(registry: string, flags: RegistryFlags): Promise<void> {
  await onServers(
    flags,
    (choice, options) => logOut(choice, registry, options),
    (done) => {
      for (const { server, answer } of done) {
        stdout.line(`${mark.done} Logged out of ${bold(answer.registry)} on ${server}`);
      }
    },
  );
}
