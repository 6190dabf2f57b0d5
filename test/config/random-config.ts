/**
 * Random configs as they are written in JSON: most settings are possible, combinations often not.
 *
 * @module
 */

import fc from "fast-check";

const DIGEST = `sha256:${"a".repeat(64)}`;

/** Mostly one of these, sometimes one of the others. */
const mostly = <Value>(good: readonly Value[], odd: readonly Value[]) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
/** A map with some of these keys. */
const map = (keys: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.record(keys, { requiredKeys: [] });
const list = (item: fc.Arbitrary<unknown>) => fc.array(item, { maxLength: 2 });
const names = (items: fc.Arbitrary<unknown>, ...names: string[]) =>
  fc.dictionary(fc.constantFrom(...names), items, { maxKeys: 2 });

const text = fc.oneof(
  { weight: 8, arbitrary: mostly(["a", "text with spaces", "v*"], ["", " "]) },
  fc.string({ minLength: 1, maxLength: 8 }),
);
const reference = mostly(
  [
    ...["nginx", "nginx:alpine", "ghcr.io/acme/shop:v1", "my-app", "localhost:5000/a/b"],
    ...[`nginx@${DIGEST}`, `nginx:1@${DIGEST}`, "Host/name", "reg.io:1/x:main", "a__b", "a--b/c.d"],
  ],
  ["Nginx", "a b", "a@b", "a:", "a___b"],
);
const secret = mostly(["vault:app:key", "key", "a:b:c:d"], ["a:b", "a:b: c", "a b"]);
const value = fc.oneof(
  { weight: 3, arbitrary: fc.record({ value: text }) },
  { weight: 3, arbitrary: fc.record({ from: fc.record({ env: mostly(["TOKEN"], [""]) }) }) },
  { weight: 3, arbitrary: fc.record({ from: fc.record({ secret }) }) },
  map({ value: text, from: map({ env: text, secret }) }),
);
const name = mostly(["A", "B", "C_D", "e.f-g"], ["1A", ""]);
const entry = fc
  .tuple(name, value, map({ buildArg: fc.boolean() }))
  .map(([name, value, more]) => ({ name, ...value, ...more }));
const passedOn = fc.oneof(
  fc.record({ name }),
  fc.tuple(name, value).map(([name, value]) => ({ name, ...value })),
);
const hostName = mostly(
  ["app.example.com", "*.example.com", "München.example", "例え。テスト", "LOCALHOST", "a.b-c.de"],
  ["10.0.0.1", "a.1", "a..bc", "-a.com", "*.com", "*.localhost", "a.b.c.0x1f", "x.y"],
);

const image = fc.oneof(
  reference,
  map({
    repository: reference,
    tag: mostly(["v1", "latest", "Main", "1.2"], ["", "a b"]),
    pullPolicy: mostly(["always", "if_missing", "never"], ["sometimes"]),
    build: fc.boolean(),
    history: map({
      strategy: mostly(["local", "registry", "none", "mine"], [""]),
      count: mostly<unknown>([1, 5], [0, "3", 1.5]),
      pattern: mostly<unknown>(["v*", "{v,1}*", "*"], ["", " ", 5, "^v", "[v"]),
      other: text,
    }),
    registry: fc.oneof(
      fc.record({ username: value, password: value }),
      map({ server: mostly(["a.b:5000"], ["https://x"]), username: value, password: value }),
    ),
    buildConfig: map({
      context: text,
      dockerfile: text,
      platform: fc.oneof(
        mostly(["linux/amd64", "linux/arm/v7"], ["linux"]),
        list(mostly(["linux/amd64"], ["x"])),
      ),
      args: list(passedOn),
      push: text,
      target: text,
      secrets: list(passedOn),
      cacheFrom: list(text),
      cacheTo: list(text),
    }),
  }),
);

const settings = {
  name: mostly(["my-app", "shop", "a.b_c"], ["My App", ""]),
  preset: mostly(["database", "service"], ["default"]),
  image,
  imageKey: mostly(["web", "worker"], [""]),
  server: mostly(["haloy.example.com", "127.0.0.1:9922"], ["a b", ""]),
  apiToken: value,
  port: mostly<unknown>([80, "3000", "080"], [0, 65536, "65536", 1.5]),
  domains: list(fc.oneof(fc.record({ domain: hostName, aliases: list(hostName) }), map({}))),
  env: list(entry),
  replicas: mostly<unknown>([1, 2, 3], [0, "2"]),
  healthCheckPath: mostly(["/", "/up"], ["up"]),
  minReadySeconds: mostly([0, 600], [601, 0.5]),
  deploymentStrategy: mostly(["rolling", "replace"], ["roll"]),
  namingStrategy: mostly(["dynamic", "static"], [""]),
  protected: fc.boolean(),
  volumes: list(
    mostly(
      ["data:/data", "data:/data:ro", "/srv:/srv:z,ro", "/a b:/c d"],
      ["./a:/b", "a:/b", "d1:/", "data:b", "c:\\x:/y"],
    ),
  ),
  network: mostly(["web", "host", "none", "container:a"], ["_web", ""]),
  preDeploy: list(text),
  postDeploy: list(text),
  cpus: mostly<unknown>([0.5, "2", 2], [0, "1e3", 5000]),
  memory: mostly<unknown>(["512m", "1.5 GiB", 8_000_000, "2GB"], ["5m", 1, "lots"]),
  command: fc.array(text, { minLength: 1, maxLength: 2 }),
  log: map({ driver: text, options: names(text, "max-size") }),
  labels: names(text, "a", "devxhaloy.y", "a/b", "dev.haloy.x"),
};

/** Few settings at a time, so that many of the maps are valid; often those that rules are about. */
const layer = fc
  .tuple(
    fc.shuffledSubarray(Object.keys(settings), { maxLength: 3 }),
    fc.shuffledSubarray(
      ["replicas", "namingStrategy", "deploymentStrategy", "preset", "image", "network", "domains"],
      { maxLength: 2 },
    ),
  )
  .chain(([some, more]) =>
    fc.record(
      Object.fromEntries(
        Object.entries(settings).filter(([key]) => [...some, ...more].includes(key)),
      ),
    ),
  );

const file = map({
  images: names(image, "web", "worker", "db"),
  targets: names(fc.option(layer), "production", "jobs", "Stage.1", "a b"),
  plugins: list(
    fc.oneof(
      mostly(["vault", "./slack.ts"], [" "]),
      map({ use: text, with: fc.constantFrom(null, {}, 5) }),
    ),
  ),
  secretProviders: names(names(fc.anything(), "app", "a"), "vault", "key"),
  globalPreDeploy: list(text),
  $schema: text,
});

/** A config, valid or not: what JSON has, and nothing else. */
export const randomConfig: fc.Arbitrary<object> = fc
  .tuple(fc.record({ name: settings.name }), layer, file)
  .map((parts) => JSON.parse(JSON.stringify(Object.assign({}, ...parts))) as object);
