/**
 * Targets that turn out to be in each other's way once their servers are known: the config cannot
 * tell when a server is written in two ways, or left out.
 *
 * @module
 */

import { writtenDomains } from "../core/domain-names.ts";
import { fail, type HaloyError, type Location } from "../core/errors.ts";
import type { Target } from "../core/target.ts";

/** A target and where it is. */
interface Placed {
  readonly name: string;
  readonly target: Pick<Target, "name" | "domains">;
  readonly server: { readonly url: string };
}

/** Two targets that cannot both be deployed. */
export interface Clash {
  readonly targets: readonly [string, string];
  readonly error: HaloyError;
}

/** Targets that are the same app on a server, or answer to the same host name there. */
export function clashesOf(
  targets: readonly Placed[],
  locate: (path: readonly (string | number)[], target: string) => Location | undefined,
): Clash[] {
  const apps = new Map<string, Placed>();
  const hosts = new Map<string, Placed>();
  return targets.flatMap((one): Clash[] => {
    const { url } = one.server;
    const app = JSON.stringify([url, one.target.name]);
    const twin = apps.get(app);
    if (twin) {
      const error = fail("CONFIG_INVALID", {
        message: `Cannot deploy both: "${twin.name}" and "${one.name}" are the app "${one.target.name}" on ${url}`,
        hint: "Give one of them another name, or another server",
        at: locate(["name"], one.name),
      });
      return [{ targets: [twin.name, one.name], error }];
    }
    apps.set(app, one);
    return one.target.domains.flatMap(({ domain, aliases }, index) =>
      [domain, ...aliases].flatMap((host): Clash[] => {
        const place = JSON.stringify([url, host]);
        const other = hosts.get(place) ?? one;
        hosts.set(place, other);
        if (other === one) return [];
        const error = fail("CONFIG_INVALID", {
          message: `Cannot deploy both: "${other.name}" and "${one.name}" have the domain "${writtenDomains(host)}" on ${url}`,
          hint: "Keep it in one of them: a host name leads to one app",
          at: locate(["domains", index], one.name),
        });
        return [{ targets: [other.name, one.name], error }];
      }),
    );
  });
}
