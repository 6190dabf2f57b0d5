/**
 * Which images are built and where they go: each build once, each way once, however many targets
 * share them.
 *
 * @module
 */

import { fail } from "../core/errors.ts";
import type {
  BuildArgument,
  BuildRequest,
  Choice,
  RegistryLogin,
  ResolvedImage,
} from "../core/hooks.ts";
import { registryOf } from "../core/reference.ts";
import { Secret } from "../core/secret.ts";
import type { Prepared } from "./prepare.ts";

/** The push strategy whose destination is the image's registry and not the server. */
const TO_REGISTRY = "registry";

/** An image that is built. */
export interface Build {
  readonly image: ResolvedImage;
  readonly request: BuildRequest;
  readonly targets: readonly Prepared[];
  readonly pushes: readonly Push[];
}

/** A way that an image travels. */
export interface Push {
  readonly choice: Choice;
  /** The server's URL, or the registry. */
  readonly to: string;
  /** The server itself gets it: nobody else may replace it there. */
  readonly direct: boolean;
  readonly login: RegistryLogin | null;
  readonly targets: readonly Prepared[];
}

/** What is built for these targets, in their order. */
export function buildsOf(targets: readonly Prepared[]): Build[] {
  const built = targets.filter(({ image }) => image.build);
  return [...Map.groupBy(built, buildKey).values()].flatMap((group) => {
    const [first] = group;
    const request = first?.image.build;
    if (!first || !request) return [];
    return [{ image: first.image, request, targets: group, pushes: pushesOf(group) }];
  });
}

function pushesOf(targets: readonly Prepared[]): Push[] {
  const key = (target: Prepared) => JSON.stringify([target.image.push, destinationOf(target).to]);
  return [...Map.groupBy(targets, key).values()].flatMap((group) => {
    const [first] = group;
    const choice = first?.image.push;
    if (!first || !choice) return [];
    const way = { choice, ...destinationOf(first) };
    return way.direct
      ? [{ ...way, login: first.image.login, targets: group }]
      : byLogin(group).map((some) => ({ ...way, ...some }));
  });
}

/** Targets by what they log in with: each login must work. One without takes what there is. */
function byLogin(targets: readonly Prepared[]): Pick<Push, "login" | "targets">[] {
  const logins = targets.flatMap(({ image: { login } }) => login ?? []);
  const key = (login: RegistryLogin | null | undefined) =>
    login && JSON.stringify([login.registry, login.username, login.password.reveal()]);
  const loginOf = ({ image }: Prepared) => key(image.login ?? logins[0]);
  return [...Map.groupBy(targets, loginOf).values()].map((some) => ({
    login: some.find(({ image }) => image.login)?.image.login ?? null,
    targets: some,
  }));
}

function destinationOf({ image, server }: Prepared): { to: string; direct: boolean } {
  return image.push?.strategy === TO_REGISTRY
    ? { to: registryOf(image.reference), direct: false }
    : { to: server.url, direct: true };
}

/** Equal for builds that give the same image in the same engine. */
function buildKey({ image: { reference, build }, environment }: Prepared): string {
  const values = (some: readonly BuildArgument[] = []) =>
    some.map(({ name, value }) => [name, value instanceof Secret ? value.reveal() : value]);
  return JSON.stringify([
    reference,
    build?.context,
    build?.dockerfile,
    build?.platforms,
    build?.stage,
    values(build?.args),
    values(build?.secrets),
    // A target's file may name another engine to build in.
    environment.variables.DOCKER_HOST,
  ]);
}

/**
 * Two different images under one reference in one registry: which of them the tag means would be
 * left to chance.
 *
 * @throws `CONFIG_INVALID` naming the targets.
 */
export function refuseSharedTags(targets: readonly Prepared[]): void {
  const taken = new Map<string, Build>();
  for (const build of buildsOf(targets)) {
    for (const { to } of build.pushes.filter(({ direct }) => !direct)) {
      const { reference } = build.image;
      const key = `${to} ${reference}`;
      const other = taken.get(key);
      taken.set(key, build);
      if (!other || other === build) continue;
      throw fail("CONFIG_INVALID", {
        message: `Cannot push two different images as "${reference}": ${namesOf(other)} and ${namesOf(build)} build it differently`,
        hint: `Give each its own "tag" or "repository", or build both with the same settings and values`,
      });
    }
  }
}

function namesOf({ targets }: { readonly targets: readonly Prepared[] }): string {
  return targets.map(({ name }) => name).join(", ");
}
