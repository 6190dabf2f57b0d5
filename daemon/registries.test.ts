/**
 * What `registries.yaml` may say, and what becomes of it.
 */

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isHaloyError } from "../core/errors.ts";
import type { RegistryLogin } from "../core/hooks.ts";
import { Secret } from "../core/secret.ts";
import { Registries, registriesFile } from "./registries.ts";
import { Vault } from "./vault.ts";

const PASSWORD = "p4ss: #word+/=";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "haloy-registries-"));
  file = registriesFile(dir);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function registries(env: Record<string, string> = {}): Registries {
  return new Registries({ file, vault: Vault.open(dir), env });
}

function login(registry: string, username = "me", password = PASSWORD): RegistryLogin {
  return { registry, username, password: new Secret(password) };
}

const text = () => readFileSync(file, "utf8");

test("a login is kept in a private file, its password encrypted, and found again by every name", async () => {
  await registries().save(login("docker.io"));

  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(text()).not.toContain("p4ss");
  for (const name of ["docker.io", "https://index.docker.io/v1/", "Registry-1.Docker.io"]) {
    const found = await registries().find(name);
    expect([found?.registry, found?.username]).toEqual(["docker.io", "me"]);
    expect(found?.password.reveal()).toBe(PASSWORD);
  }
  expect(await registries().find("ghcr.io")).toBeNull();
  expect(await registries().list()).toEqual([{ server: "docker.io", username: "me" }]);
});

test("a second login replaces the first, and a logout leaves the others", async () => {
  await registries().save(login("ghcr.io"));
  await registries().save(login("127.0.0.1:5000"));
  await registries().save(login("ghcr.io", "you"));

  expect(await registries().list()).toEqual([
    { server: "127.0.0.1:5000", username: "me" },
    { server: "ghcr.io", username: "you" },
  ]);
  expect(await registries().remove("ghcr.io")).toBe(true);
  expect(await registries().remove("ghcr.io")).toBe(false);
  expect(await registries().list()).toEqual([{ server: "127.0.0.1:5000", username: "me" }]);
});

test("what the stock daemon wrote is read, and encrypted when something is written next", async () => {
  const stock = `registries:
    index.docker.io:
        server: index.docker.io
        username:
            value: hubuser
        password:
            value: 007 # a token of digits
    # ours, until 2027
    ghcr.io:
        server: ghcr.io
        username: { from: { env: GHCR_USER } }
        password: { from: { env: GHCR_TOKEN } }
    quay.io:
        username: { value: q }
        password: { value: 'it''s: "in clear"' }
`;
  writeFileSync(file, stock, { mode: 0o644 });
  const env = { GHCR_USER: "octo", GHCR_TOKEN: "ghp_1" };
  const reveal = async (registry: string) =>
    (await registries(env).find(registry))?.password.reveal();

  const read = async () => [
    await reveal("docker.io"),
    await reveal("ghcr.io"),
    await reveal("quay.io"),
  ];
  const before = await read();
  expect(before).toEqual(["007", "ghp_1", `it's: "in clear"`]);
  expect(await registries(env).list()).toEqual([
    { server: "docker.io", username: "hubuser" },
    { server: "ghcr.io", username: "octo" },
    { server: "quay.io", username: "q" },
  ]);
  expect(text()).toBe(stock);

  await registries(env).save(login("localhost:5000"));

  expect(await read()).toEqual(before);
  expect(text()).not.toMatch(/007|in clear|ghp_1/);
  expect(text()).toContain("# ours, until 2027");
  expect(text()).toContain("GHCR_TOKEN");
  expect(statSync(file).mode & 0o777).toBe(0o600);

  await registries(env).save(login("docker.io", "new"));
  expect(text()).not.toContain("index.docker.io");
  expect(await registries(env).list()).toHaveLength(4);
});

test("a variable that haloyd does not have is named, and does not hide the others", async () => {
  const entry = "{ username: { from: { env: NOBODY } }, password: { from: { env: NOTHING } } }";
  writeFileSync(file, `registries:\n  ghcr.io: ${entry}\n`);

  expect(await registries().list()).toEqual([{ server: "ghcr.io", username: "$NOBODY" }]);
  const error = await failure(registries({ NOBODY: "me" }).find("ghcr.io"));
  expect(error.code).toBe("ENV_MISSING");
  expect(error.message).toContain("NOTHING");
  expect(error.at).toMatchObject({ file, line: 2 });
});

const user = "username: { value: me }";
const SECRET = "hunter2hunter2";
test.each([
  ["nothing", "", 1, `it has no "registries:"`],
  ["only a comment", "# cut off\n", 1, `it has no "registries:"`],
  ["another key", `regs: {}\n`, 1, `the file has a key that is not one of "registries"`],
  ["a key without a password", `registries:\n  ghcr.io:\n    ${user}\n`, 2, `no "password"`],
  ["half a line", `registries:\n  ghcr.io:\n    ${user}\n    passw`, 4, "a key without a colon"],
  ["an open quote", `registries:\n  ghcr.io:\n    password: { value: "${SECRET}`, 3, `closing "`],
  ["an alias", `registries:\n  ghcr.io:\n    ${user}\n    password: *${SECRET}\n`, 4, "alias"],
  [
    "a password that is no map",
    `registries:\n  ghcr.io:\n    ${user}\n    password: ${SECRET}\n`,
    4,
    `"password" of ghcr.io must be a map`,
  ],
  [
    "a secret provider",
    `registries:\n  ghcr.io:\n    ${user}\n    password: { from: { secret: a:b:${SECRET} } }\n`,
    4,
    `a key that is not one of "env"`,
  ],
  [
    "an empty password",
    `registries:\n  ghcr.io: { ${user}, password: { value: "" } }\n`,
    2,
    `"password" of ghcr.io must be a text`,
  ],
  [
    "a password twice",
    `registries:\n  ghcr.io:\n    ${user}\n    password: { value: ${SECRET} }\n    password: { value: b }\n`,
    5,
    `has "password" twice`,
  ],
  [
    "a registry twice",
    `registries:\n  docker.io: { ${user}, password: { value: ${SECRET} } }\n  index.docker.io: { ${user}, password: { value: b } }\n`,
    3,
    "docker.io is there twice",
  ],
  [
    "a key that is no registry",
    `registries:\n  my registry: { ${user}, password: { value: ${SECRET} } }\n`,
    2,
    "is not a registry",
  ],
  [
    "two servers in one entry",
    `registries:\n  ghcr.io: { server: quay.io, ${user}, password: { value: ${SECRET} } }\n`,
    2,
    `"server" of ghcr.io is another registry`,
  ],
])(
  "a file with %s is refused with its line, and left as it is",
  async (_title, content, line, problem) => {
    writeFileSync(file, content);
    for (const attempt of [
      () => registries().list(),
      () => registries().find("quay.io"),
      () => registries().save(login("quay.io")),
      () => registries().remove("ghcr.io"),
    ]) {
      const error = await failure(attempt());
      expect(error.code).toBe("SERVER_SETUP_INVALID");
      expect(error.message).toContain(`Cannot use ${file}: `);
      expect(error.message).toContain(problem);
      expect(error.message).toContain(`(line ${line})`);
      expect(error.at).toMatchObject({ file, line });
      expect(JSON.stringify(error)).not.toContain(SECRET);
    }
    expect(text()).toBe(content);
    expect(readdirSync(dir).sort()).toEqual(["registries.yaml", "secret.key"]);
  },
);

test("a damaged password is refused, and a new login mends it", async () => {
  await registries().save(login("ghcr.io"));
  await registries().save(login("quay.io"));
  writeFileSync(file, text().replace(/(encrypted: )..../, "$1AAAA"));

  const error = await failure(registries().find("ghcr.io"));
  expect(error.code).toBe("SERVER_SETUP_INVALID");
  expect(error.message).toContain("damaged");
  expect((await registries().find("quay.io"))?.username).toBe("me");

  await registries().save(login("ghcr.io", "me", "new"));
  expect((await registries().find("ghcr.io"))?.password.reveal()).toBe("new");
});

test("what cannot be written changes nothing", async () => {
  await registries().save(login("ghcr.io"));
  const before = text();
  // Not even root can put a file in the place of a directory that is not empty.
  mkdirSync(`${file}.tmp/x`, { recursive: true });

  const error = await failure(registries().save(login("quay.io")));

  expect(error.code).toBe("CONFIG_UNWRITABLE");
  expect(text()).toBe(before);
});

test("what a crash left behind is written over", async () => {
  writeFileSync(`${file}.tmp`, "half a fi", { mode: 0o644 });

  await registries().save(login("ghcr.io"));

  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir).sort()).toEqual(["registries.yaml", "secret.key"]);
});

test("of changes at the same time none is lost, and every reader sees a whole file", async () => {
  const shared = registries();
  await shared.save(login("keep.example.com"));
  let reading = true;
  let reads = 0;
  const reader = (async () => {
    while (reading) {
      expect(await registries().list()).toContainEqual({
        server: "keep.example.com",
        username: "me",
      });
      reads += 1;
    }
  })();
  const names = Array.from({ length: 20 }, (_, index) => `r${index}.example.com`);
  await Promise.all(names.map((name) => shared.save(login(name))));
  const removed = names.filter((_, index) => index % 2 === 0);
  await Promise.all(removed.map((name) => shared.remove(name)));
  reading = false;
  await reader;

  expect(reads).toBeGreaterThan(0);
  const left = (await shared.list()).map(({ server }) => server);
  expect(left.toSorted()).toEqual(
    ["keep.example.com", ...names.filter((name) => !removed.includes(name))].toSorted(),
  );
});

async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isHaloyError(error)) throw new Error("it did not fail as expected", { cause: error });
  return error;
}
