import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "../core/secret.ts";
import { findServer, findToken, ServerDirectory, serverHost, serverUrl } from "./servers.ts";

let root: string;
let directory: ServerDirectory;
const file = (name: string) => join(root, "haloy", name);
const token = (text: string) => new Secret(text);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "haloy-servers-"));
  directory = new ServerDirectory(join(root, "haloy"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("addresses", () => {
  test.each([
    ["Haloy.Example.COM", "haloy.example.com"],
    ["https://haloy.example.com/api?x#y", "haloy.example.com"],
    ["http://haloy.example.com:8443/", "haloy.example.com:8443"],
    ["https://haloy.example.com:443", "haloy.example.com"],
    ["localhost:9922", "localhost:9922"],
    ["::1", "[::1]"],
  ])("%s is the host %s", (text, host) => expect(serverHost(text)).toBe(host));

  test.each([
    ["haloy.example.com", "https://haloy.example.com"],
    ["http://haloy.example.com", "https://haloy.example.com"],
    ["localhost:9922", "http://localhost:9922"],
    ["http://localhost:443", "http://localhost:443"],
    ["127.0.0.1", "http://127.0.0.1"],
    ["[::1]:9922", "http://[::1]:9922"],
    ["localhost.example.com", "https://localhost.example.com"],
  ])("%s is reached at %s: a token never leaves this computer in clear", (text, url) =>
    expect(serverUrl(text)).toBe(url),
  );

  test.each(["", "two words", "user:secret@haloy.example.com", "haloy.example.com:port"])(
    "%j is not a server",
    (text) => expect(() => serverHost(text)).toThrow(/not a host name/),
  );
});

describe("adding a server", () => {
  test("stores host and token where only their owner can read them", async () => {
    await directory.add("https://Haloy.example.com/", token("abc123"));
    expect(await readFile(file("client.yaml"), "utf8")).toBe(
      "servers:\n  haloy.example.com:\n    token_env: HALOY_API_TOKEN_HALOY_EXAMPLE_COM\n",
    );
    expect(await readFile(file(".env"), "utf8")).toBe("HALOY_API_TOKEN_HALOY_EXAMPLE_COM=abc123\n");
    for (const [path, mode] of [
      [file("client.yaml"), 0o600],
      [file(".env"), 0o600],
      [file("."), 0o700],
    ] as const) {
      expect((await stat(path)).mode & 0o777).toBe(mode);
    }
    expect((await readdir(file("."))).toSorted()).toEqual([".env", "client.yaml"]);
  });

  test("closes files that were open to others", async () => {
    await directory.add("one.example.com", token("one"));
    await chmod(file(".env"), 0o644);
    await directory.add("two.example.com", token("two"));
    expect((await stat(file(".env"))).mode & 0o777).toBe(0o600);
  });

  test("keeps comments, unknown keys and other variables", async () => {
    await directory.add("one.example.com", token("old"));
    await writeFile(
      file("client.yaml"),
      "# mine\ntheme: dark\nservers:\n  # first\n  a.b:\n    token_env: T\n",
    );
    await writeFile(file(".env"), "# mine\nexport OTHER='x y'\n\nLAST=1");
    await directory.add("one.example.com", token("new#1"));
    expect(await readFile(file("client.yaml"), "utf8")).toBe(
      "# mine\ntheme: dark\nservers:\n  # first\n  a.b:\n    token_env: T\n  one.example.com:\n    token_env: HALOY_API_TOKEN_ONE_EXAMPLE_COM\n",
    );
    expect(await readFile(file(".env"), "utf8")).toBe(
      "# mine\nexport OTHER='x y'\n\nLAST=1\nHALOY_API_TOKEN_ONE_EXAMPLE_COM='new#1'\n",
    );
    expect(await directory.variables()).toMatchObject({
      OTHER: "x y",
      HALOY_API_TOKEN_ONE_EXAMPLE_COM: "new#1",
    });
  });

  test("refuses a known host before changing anything, and replaces its token with force", async () => {
    await directory.add("one.example.com", token("old"));
    await expect(directory.add("https://ONE.example.com", token("new"))).rejects.toMatchObject({
      code: "SERVER_KNOWN",
    });
    expect((await directory.variables()).HALOY_API_TOKEN_ONE_EXAMPLE_COM).toBe("old");
    await directory.add("one.example.com", token("new"), { force: true });
    expect(await readFile(file(".env"), "utf8")).toBe("HALOY_API_TOKEN_ONE_EXAMPLE_COM=new\n");
  });

  test("gives hosts that differ only in punctuation different variables", async () => {
    const env = {};
    await directory.add("a-b.example.com", token("dash"));
    await directory.add("a.b.example.com", token("dot"));
    await directory.add("a-b.example.com:9922", token("port"));
    for (const [server, value] of [
      ["a-b.example.com", "dash"],
      ["a.b.example.com", "dot"],
      ["a-b.example.com:9922", "port"],
    ] as const) {
      expect((await findToken({ server, env, directory })).token.reveal()).toBe(value);
    }
  });

  test.each(["", "two words", "line\nbreak", "quo'te", "ключ"])(
    "refuses %j as a token and writes nothing",
    async (text) => {
      await expect(directory.add("one.example.com", token(text))).rejects.toMatchObject({
        code: "TOKEN_INVALID",
      });
      await expect(stat(file("."))).rejects.toThrow(/ENOENT/);
    },
  );

  test("writes through a symbolic link", async () => {
    await directory.add("one.example.com", token("one"));
    const elsewhere = join(root, "dotfiles.env");
    await rm(file(".env"));
    await writeFile(elsewhere, "KEPT=1\n");
    await symlink(elsewhere, file(".env"));
    await directory.add("two.example.com", token("two"));
    expect(await readFile(elsewhere, "utf8")).toBe("KEPT=1\nHALOY_API_TOKEN_TWO_EXAMPLE_COM=two\n");
  });

  test("a broken client.yaml is reported with its line and left alone", async () => {
    await directory.add("one.example.com", token("one"));
    await writeFile(file("client.yaml"), "servers:\n  a: [\n");
    await expect(directory.add("two.example.com", token("two"))).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      at: { file: file("client.yaml"), line: expect.any(Number) },
    });
    await writeFile(file("client.yaml"), "servers:\n  a.example.com: {}\n");
    await expect(directory.list()).rejects.toThrow(/servers\.a\.example\.com\.token_env/);
    expect(await readFile(file("client.yaml"), "utf8")).toBe("servers:\n  a.example.com: {}\n");
  });
});

describe("deleting a server", () => {
  test("takes its token away too", async () => {
    await directory.add("one.example.com", token("one"));
    await directory.add("two.example.com", token("two"));
    await directory.delete("https://one.example.com");
    expect(await directory.list()).toEqual([
      { host: "two.example.com", tokenVariable: "HALOY_API_TOKEN_TWO_EXAMPLE_COM" },
    ]);
    expect(await readFile(file(".env"), "utf8")).toBe("HALOY_API_TOKEN_TWO_EXAMPLE_COM=two\n");
  });

  test("keeps a token that another server uses", async () => {
    await directory.add("one.example.com", token("one"));
    await writeFile(
      file("client.yaml"),
      "servers:\n  One.example.com: { token_env: T }\n  two.example.com: { token_env: T }\n",
    );
    await writeFile(file(".env"), "T=shared\n");
    await directory.delete("one.example.com");
    expect(await readFile(file(".env"), "utf8")).toBe("T=shared\n");
    expect(await directory.list()).toHaveLength(1);
  });

  test("of an unknown host is an error", () =>
    expect(directory.delete("one.example.com")).rejects.toMatchObject({
      code: "SERVER_NOT_FOUND",
    }));
});

describe("finding the token", () => {
  const server = "one.example.com";
  const name = "HALOY_API_TOKEN_ONE_EXAMPLE_COM";

  test("takes the first of config, stored server, general variable, and says which", async () => {
    await directory.add(server, token("stored"));
    const found = async (env: Record<string, string>, apiToken?: Secret) => {
      const { token, source } = await findToken({ server, env, directory, apiToken });
      return [token.reveal(), source];
    };
    const all = { [name]: "own", HALOY_API_TOKEN: "general" };
    expect(await found(all, token("config"))).toEqual(["config", "api_token in haloy.yaml"]);
    expect(await found(all, token(""))).toEqual(["own", `the environment variable ${name}`]);
    expect(await found({ [name]: "", HALOY_API_TOKEN: "general" })).toEqual([
      "stored",
      `${name} in ${directory.envFile}`,
    ]);
    await writeFile(directory.envFile, "HALOY_API_TOKEN=general-stored\n");
    expect(await found({ HALOY_API_TOKEN: "general" })).toEqual([
      "general",
      "the environment variable HALOY_API_TOKEN",
    ]);
    expect(await found({})).toEqual(["general-stored", `HALOY_API_TOKEN in ${directory.envFile}`]);
  });

  test("says what to do when there is none", async () => {
    await expect(findToken({ server, env: {}, directory })).rejects.toMatchObject({
      code: "TOKEN_MISSING",
      hint: expect.stringContaining(`haloy server add ${server}`),
    });
    await directory.add(server, token("stored"));
    await writeFile(directory.envFile, "");
    await expect(findToken({ server, env: {}, directory })).rejects.toThrow(
      `variable ${name} is not set`,
    );
  });
});

describe("finding the server", () => {
  test("takes the config's, else the only one that is stored", async () => {
    await expect(findServer({ env: {}, directory })).rejects.toMatchObject({
      code: "SERVER_NOT_FOUND",
      hint: expect.stringContaining("haloy server add"),
    });
    await directory.add("one.example.com", token("one"));
    expect(await findServer({ env: {}, directory })).toBe("one.example.com");
    expect(await findServer({ server: "https://X.example.com", env: {}, directory })).toBe(
      "x.example.com",
    );
    await directory.add("two.example.com", token("two"));
    await expect(findServer({ env: {}, directory })).rejects.toThrow(
      /one\.example\.com, two\.example\.com/,
    );
  });
});
