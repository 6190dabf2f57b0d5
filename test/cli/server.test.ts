import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { haloy, RUNTIMES, temporaryDirectory } from "./haloy.ts";

async function client(runtime: string = "node") {
  const home = await temporaryDirectory();
  const file = (name: string) => join(home, ".config", "haloy", name);
  const server = (args: readonly string[], stdin = "") =>
    haloy(["server", ...args], { env: { HOME: home, HALOY_RUNTIME: runtime }, stdin });
  return { file, server };
}

describe.each(RUNTIMES)("under %s", (runtime) => {
  test("a server is added, listed and deleted", async () => {
    const { file, server } = await client(runtime);
    const added = await server(["add", "https://Haloy.Example.com/", "--token-stdin"], "abc123\n");
    expect(added.stdout).toContain("Added haloy.example.com");
    expect(added.stdout + added.stderr).not.toContain("abc123");
    expect((await stat(file(".env"))).mode & 0o777).toBe(0o600);
    expect(await readFile(file(".env"), "utf8")).toBe("HALOY_API_TOKEN_HALOY_EXAMPLE_COM=abc123\n");

    const listed = await server(["list", "--json"]);
    expect(JSON.parse(listed.stdout)).toEqual({
      servers: [
        {
          host: "haloy.example.com",
          tokenVariable: "HALOY_API_TOKEN_HALOY_EXAMPLE_COM",
          hasToken: true,
        },
      ],
    });

    expect((await server(["delete", "haloy.example.com"])).code).toBe(0);
    expect(await readFile(file(".env"), "utf8")).toBe("");
    expect((await server(["list"])).stdout).toContain("No servers");
  });
});

test("a known server is refused without --force, and its token stays", async () => {
  const { file, server } = await client();
  await server(["add", "haloy.example.com", "old"]);
  const again = await server(["add", "HALOY.example.com", "new"]);
  expect(again.stderr).toContain("[SERVER_KNOWN]");
  expect(again.code).toBe(1);
  expect(await readFile(file(".env"), "utf8")).toContain("=old\n");
  expect((await server(["add", "haloy.example.com", "new", "--force"])).code).toBe(0);
  expect(await readFile(file(".env"), "utf8")).toContain("=new\n");
});

test("deleting an unknown server is an error, as JSON where asked for", async () => {
  const { server } = await client();
  const { code, stdout } = await server(["delete", "haloy.example.com", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ type: "error", code: "SERVER_NOT_FOUND" });
  expect(code).toBe(1);
});

test("adding with --json answers with one document", async () => {
  const { file, server } = await client();
  const { stdout } = await server(["add", "localhost:9922", "--token-stdin", "--json"], "abc123");
  expect(JSON.parse(stdout)).toEqual({
    host: "localhost:9922",
    tokenVariable: "HALOY_API_TOKEN_LOCALHOST_9922",
    file: file(".env"),
  });
});
