/**
 * Which images are built, and how often each is pushed.
 */

import { expect, test } from "vitest";
import type { RegistryLogin } from "../core/hooks.ts";
import { Secret } from "../core/secret.ts";
import { buildsOf, refuseSharedTags } from "./builds.ts";
import type { Prepared } from "./prepare.ts";

const login = (username: string, password = "hunter22"): RegistryLogin => ({
  registry: "ghcr.io",
  username,
  password: new Secret(password),
});

/** A target that builds the image that all of them share. */
function target(name: string, login: RegistryLogin | null, strategy = "registry"): Prepared {
  const build = { context: "/srv", dockerfile: "/srv/Dockerfile", platforms: ["linux/amd64"] };
  return {
    name,
    image: {
      reference: "ghcr.io/me/shop:1",
      build: { ...build, stage: null, args: [], secrets: [] },
      push: { strategy },
      login,
    },
    server: { url: "https://one.example.com" },
    environment: { variables: {} },
  } as unknown as Prepared;
}

/** Who pushes as whom. */
const pushes = (...targets: Prepared[]) =>
  buildsOf(targets).flatMap(({ pushes }) =>
    pushes.map(({ login, targets }) => [login?.username, ...targets.map(({ name }) => name)]),
  );

test("a registry gets an image once for each login, so that every login is proved to work", () => {
  const targets = [
    target("a", login("one")),
    target("b", login("two")),
    target("c", login("one")),
    target("d", login("one", "another password")),
  ];
  expect(pushes(...targets)).toEqual([
    ["one", "a", "c"],
    ["two", "b"],
    ["one", "d"],
  ]);
  // It is one image, so its tag says which one it is.
  expect(() => refuseSharedTags(targets)).not.toThrow();
});

test("a target without a login is pushed with that of another one, whichever comes first", () => {
  expect(pushes(target("a", null), target("b", login("one")))).toEqual([["one", "a", "b"]]);
  expect(pushes(target("a", login("one")), target("b", null))).toEqual([["one", "a", "b"]]);
  expect(pushes(target("a", null), target("b", null))).toEqual([[undefined, "a", "b"]]);
});

test("what goes to the server itself needs no login, and goes there once", () => {
  const one = target("a", login("one"), "server");
  expect(pushes(one, target("b", login("two"), "server"))).toEqual([["one", "a", "b"]]);
});
