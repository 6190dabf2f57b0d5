/**
 * How layers of a config come together: examples from the documents, and properties.
 *
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layeredTargets } from "./layers.ts";
import { type Draft, merge } from "./merge.ts";

/** The merged targets of a config by name; a config without targets is `only`. */
function targets(config: unknown): Record<string, Draft> {
  return Object.fromEntries(
    layeredTargets(config).map(({ key, draft }) => [
      key ?? "only",
      JSON.parse(JSON.stringify(draft)),
    ]),
  );
}

describe("a target inherits what stands at the top", () => {
  test("objects field by field: a push strategy keeps the context of the shared build", () => {
    const { production } = targets({
      image: { repository: "ghcr.io/acme/shop", buildConfig: { context: "app", target: "web" } },
      targets: { production: { image: { buildConfig: { push: "server" } } } },
    });
    expect(production?.image).toEqual({
      repository: "ghcr.io/acme/shop",
      buildConfig: { context: "app", target: "web", push: "server" },
    });
  });

  test("env by name, each variable where it stood", () => {
    const { web } = targets({
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      targets: {
        web: {
          env: [
            { name: "C", value: "3" },
            { name: "A", from: { env: "A" } },
          ],
        },
      },
    });
    expect(web?.env).toEqual([
      { name: "A", from: { env: "A" } },
      { name: "B", value: "2" },
      { name: "C", value: "3" },
    ]);
  });

  test("a build argument stays one when a target gives it another value", () => {
    const config = {
      env: [{ name: "REGION", value: "eu", buildArg: true }],
      targets: {
        us: { env: [{ name: "REGION", value: "us" }] },
        none: { env: [{ name: "REGION", value: "us", buildArg: false }] },
      },
    };
    expect(targets(config).us?.env).toEqual([{ name: "REGION", value: "us", buildArg: true }]);
    expect(targets(config).none?.env).toEqual([{ name: "REGION", value: "us", buildArg: false }]);
    const [us] = layeredTargets(config);
    expect(us?.origin(["env", 0, "value"])).toEqual(["targets", "us", "env", 0, "value"]);
  });

  test("other lists as a whole, and an empty list clears", () => {
    const env = [{ name: "A", value: "1" }];
    const config = {
      domains: [{ domain: "a.example" }],
      env,
      preDeploy: ["make"],
      targets: {
        all: {},
        none: { domains: [], preDeploy: [], env: [] },
        other: { domains: [{ domain: "b.example" }] },
      },
    };
    expect(targets(config)).toEqual({
      all: { domains: [{ domain: "a.example" }], env, preDeploy: ["make"] },
      none: { domains: [], env: [], preDeploy: [] },
      other: { domains: [{ domain: "b.example" }], env, preDeploy: ["make"] },
    });
  });

  test("everything but the name", () => {
    const config = { name: "shop", port: 3000, targets: { web: null, jobs: { name: "worker" } } };
    expect(targets(config)).toEqual({
      web: { port: 3000 },
      jobs: { port: 3000, name: "worker" },
    });
  });

  test("a value from elsewhere takes the place of a written one, not a place beside it", () => {
    const { web } = targets({
      apiToken: { value: "a" },
      targets: { web: { apiToken: { from: { env: "TOKEN" } } } },
    });
    expect(web?.apiToken).toEqual({ from: { env: "TOKEN" } });
  });

  test("options of a history strategy only when it is the same strategy", () => {
    const config = {
      image: { repository: "shop", history: { strategy: "registry", pattern: "v*", count: 3 } },
      targets: {
        same: { image: { history: { count: 5 } } },
        other: { image: { history: { strategy: "none" } } },
      },
    };
    expect(targets(config).same?.image).toMatchObject({
      history: { strategy: "registry", pattern: "v*", count: 5 },
    });
    expect(targets(config).other?.image).toMatchObject({ history: { strategy: "none" } });
    expect(
      targets({
        image: { history: { count: 3 } },
        targets: { web: { image: { history: { strategy: "none" } } } },
      }).web?.image,
    ).toEqual({ history: { strategy: "none" } });
  });
});

describe("the image of a target", () => {
  const images = { web: "ghcr.io/acme/web:v1", worker: { repository: "ghcr.io/acme/worker" } };

  test("is its own, else the one it names, else that of the top", () => {
    const config = {
      image: { repository: "base", pullPolicy: "never" },
      images,
      targets: { own: { image: "redis:7" }, named: { imageKey: "web" }, top: {} },
    };
    expect(targets(config).own?.image).toEqual({ repository: "redis:7", pullPolicy: "never" });
    expect(targets(config).named?.image).toEqual({ repository: "ghcr.io/acme/web:v1" });
    expect(targets(config).top?.image).toEqual({ repository: "base", pullPolicy: "never" });
  });

  test("named at the top is the image at the top", () => {
    const config = { images, imageKey: "worker", targets: { a: {}, b: { image: { tag: "v2" } } } };
    expect(targets(config).a?.image).toEqual({ repository: "ghcr.io/acme/worker" });
    expect(targets(config).b?.image).toEqual({ repository: "ghcr.io/acme/worker", tag: "v2" });
    expect(targets({ name: "app", images, imageKey: "web" }).only?.image).toEqual({
      repository: "ghcr.io/acme/web:v1",
    });
  });

  test("that is a whole reference inherits neither the tag nor the build of another", () => {
    const { db } = targets({
      image: { repository: "shop", tag: "v1", buildConfig: {}, history: { count: 2 } },
      targets: { db: { image: "postgres:18" } },
    });
    expect(db?.image).toEqual({ repository: "postgres:18", history: { count: 2 } });
  });

  test("written as text names all that it is, also without a tag", () => {
    const config = {
      image: { repository: "shop", tag: "v3", buildConfig: {}, pullPolicy: "never" },
      targets: { db: { image: "postgres" }, top: {} },
    };
    expect(targets(config).db?.image).toEqual({ repository: "postgres", pullPolicy: "never" });
    const text = { image: "nginx", targets: { web: { image: { tag: "alpine" } } } };
    expect(targets(text).web?.image).toEqual({ repository: "nginx", tag: "alpine" });
  });

  test("keeps a login that is valid for its registry, however that is written", () => {
    const login = { username: { value: "u" }, password: { from: { env: "P" } } };
    const inherited = (image: object, repository: string) =>
      targets({ image, targets: { it: { image: { repository } } } }).it?.image;
    for (const [image, repository] of [
      [{ registry: { ...login, server: "ghcr.io" } }, "ghcr.io/o/web"],
      [{ repository: "me/app", registry: login }, "docker.io/me/other"],
      [{ registry: login }, "ghcr.io/o/web"],
    ] as const) {
      expect(inherited(image, repository)).toHaveProperty("registry");
    }
    expect(
      inherited({ registry: { ...login, server: "ghcr.io" } }, "quay.io/o/web"),
    ).not.toHaveProperty("registry");
  });

  test("with another name for the same build keeps the build", () => {
    const { staging } = targets({
      image: { repository: "ghcr.io/acme/shop", tag: "v1", buildConfig: { context: "app" } },
      targets: { staging: { image: { repository: "ghcr.io/acme/shop-staging" } } },
    });
    expect(staging?.image).toEqual({
      repository: "ghcr.io/acme/shop-staging",
      tag: "v1",
      buildConfig: { context: "app" },
    });
  });

  test("at another registry does not get the login of the first", () => {
    const registry = { username: { value: "u" }, password: { from: { env: "P" } } };
    const config = {
      image: { repository: "ghcr.io/acme/shop", registry },
      targets: { db: { image: "postgres:18" }, web: { image: "ghcr.io/acme/web:1" } },
    };
    expect(targets(config).db?.image).toEqual({ repository: "postgres:18" });
    expect(targets(config).web?.image).toEqual({ repository: "ghcr.io/acme/web:1", registry });
  });
});

describe("a preset", () => {
  const stateful = { deploymentStrategy: "replace", namingStrategy: "static" };
  const image = { pullPolicy: "if_missing", history: { strategy: "none" } };

  test("gives defaults that the target may override", () => {
    const config = {
      targets: {
        db: { preset: "database", image: "postgres:18" },
        cache: { preset: "service", image: { repository: "redis", pullPolicy: "always" } },
        open: { preset: "database", image: "mysql:9", protected: false },
      },
    };
    expect(targets(config).db).toEqual({
      ...{ ...stateful, preset: "database", protected: true },
      image: { ...image, repository: "postgres:18" },
    });
    expect(targets(config).cache).toEqual({
      ...{ ...stateful, preset: "service" },
      image: { ...image, repository: "redis", pullPolicy: "always" },
    });
    expect(targets(config).open?.protected).toBe(false);
  });

  test("says nothing about an image that is not there", () => {
    expect(targets({ name: "x", preset: "service" }).only).toEqual({
      ...{ ...stateful, name: "x", preset: "service" },
    });
  });

  test("of a target is stronger than what stands at the top, and weaker than the target", () => {
    const config = {
      deploymentStrategy: "rolling",
      targets: {
        db: { preset: "database", namingStrategy: "dynamic", image: "postgres:18" },
        web: {},
      },
    };
    expect(targets(config).db).toMatchObject({
      deploymentStrategy: "replace",
      namingStrategy: "dynamic",
    });
    expect(targets(config).web).toEqual({ deploymentStrategy: "rolling" });
  });

  test("at the top is weaker than the top, and gives way to the target's own", () => {
    const config = {
      preset: "database",
      namingStrategy: "dynamic",
      image: "postgres:18",
      targets: { a: {}, b: { preset: "service" } },
    };
    expect(targets(config).a).toMatchObject({ namingStrategy: "dynamic", protected: true });
    expect(targets(config).b).toMatchObject({ namingStrategy: "static" });
    expect(targets(config).b?.protected).toBeUndefined();
  });
});

test("every setting is found where it is written", () => {
  const [target] = layeredTargets({
    env: [{ name: "A", value: "1" }],
    images: { web: { repository: "web" } },
    replicas: 2,
    targets: {
      "my.app": { preset: "service", imageKey: "web", env: [{ name: "B", value: "2" }] },
    },
  });
  expect(target?.origin(["env", 0, "value"])).toEqual(["env", 0, "value"]);
  expect(target?.origin(["env", 1])).toEqual(["targets", "my.app", "env", 0]);
  expect(target?.origin(["image", "repository"])).toEqual(["images", "web", "repository"]);
  expect(target?.origin(["image", "pullPolicy"])).toEqual(["targets", "my.app", "preset"]);
  expect(target?.origin(["replicas"])).toEqual(["replicas"]);
  expect(target?.origin(["port"])).toEqual(["targets", "my.app", "port"]);
});

describe("for any layers", () => {
  const value = fc.constantFrom("a", "b");
  const variable = fc.record({ name: fc.constantFrom("A", "B", "C"), value });
  const env = fc.uniqueArray(variable, { selector: ({ name }) => name, maxLength: 3 });
  const history = fc.record(
    { strategy: fc.constantFrom("local", "registry", "none"), count: fc.integer({ min: 1 }) },
    { requiredKeys: [] },
  );
  const layer = fc.record(
    {
      port: fc.integer(),
      env,
      domains: fc.array(value, { maxLength: 2 }),
      labels: fc.dictionary(value, value),
      apiToken: fc.oneof(fc.record({ value }), fc.record({ from: fc.record({ env: value }) })),
      image: fc.record(
        {
          repository: fc.constantFrom("app", "app:v1", "ghcr.io/acme/app", "ghcr.io/acme/app:v2"),
          tag: value,
          history,
          build: fc.boolean(),
          buildConfig: fc.record({ push: value, args: fc.array(variable) }, { requiredKeys: [] }),
          registry: fc.record({ server: value }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const defaults = {
    ...{ port: 8080, env: [], domains: [], labels: {} },
    image: { pullPolicy: "always", history: { strategy: "local" } },
  };
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

  test("it is the same whether defaults are filled in before or after inheritance", () => {
    fc.assert(
      fc.property(layer, layer, (top, target) => {
        const before = merge(merge(defaults, top), target);
        expect(plain(before)).toEqual(plain(merge(defaults, merge(top, target))));
      }),
      { numRuns: 2000 },
    );
  });

  test("no layer is changed: all of them may be frozen", () => {
    const freeze = <Value>(value: Value): Value => {
      if (typeof value === "object" && value !== null) Object.values(value).forEach(freeze);
      return Object.freeze(value);
    };
    fc.assert(
      fc.property(layer, layer, (top, target) => {
        const frozen = freeze({ ...top, targets: { web: target, jobs: { preset: "service" } } });
        const copy = plain(frozen);
        layeredTargets(frozen);
        expect(plain(frozen)).toEqual(copy);
      }),
      { numRuns: 1000 },
    );
  });

  test("two targets share nothing: what one says, the other never gets", () => {
    fc.assert(
      fc.property(layer, layer, layer, (top, one, other) => {
        const together = layeredTargets({ ...top, targets: { one, other } })[1]?.draft;
        const alone = layeredTargets({ ...top, targets: { other } })[0]?.draft;
        expect(plain(together)).toEqual(plain(alone));
      }),
      { numRuns: 1000 },
    );
  });
});
