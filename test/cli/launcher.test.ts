import { chmod, cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { VERSION } from "../../core/version.ts";
import { haloy, ROOT, RUNTIMES, temporaryDirectory } from "./haloy.ts";

describe.each(RUNTIMES)("under %s", (runtime) => {
  const env = { HALOY_RUNTIME: runtime };

  test("haloy runs from its TypeScript source", async () => {
    const { code, stdout, stderr } = await haloy(["version", "--json"], { env });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ haloy: VERSION, runtime: { name: runtime } });
    expect(code).toBe(0);
  });

  test("arguments arrive as they are typed", async () => {
    const { stderr } = await haloy(["no such $command '\""], { env });
    expect(stderr).toContain("unknown command 'no such $command '\"'");
  });

  test("the .env of the current directory changes nothing", async () => {
    const cwd = await temporaryDirectory();
    await writeFile(join(cwd, ".env"), `HALOY_CONFIG_DIR=${cwd}/elsewhere\n`);
    const home = await temporaryDirectory();
    await haloy(["server", "add", "one.example.com", "token"], {
      env: { ...env, HOME: home },
      cwd,
    });
    const { stdout } = await haloy(["server", "list", "--json"], { env: { ...env, HOME: home } });
    expect(JSON.parse(stdout).servers).toHaveLength(1);
  });
});

test("haloy runs through symbolic links, also relative ones, and from any directory", async () => {
  const home = await temporaryDirectory();
  await symlink(relative(home, join(ROOT, "bin", "haloy")), join(home, "first"));
  await symlink("first", join(home, "second"));
  for (const program of [join(home, "second"), "./second"]) {
    const { code, stdout } = await haloy(["--version"], { program, cwd: home });
    expect(stdout.trim()).toBe(VERSION);
    expect(code).toBe(0);
  }
});

test("HALOY_RUNTIME must name a runtime", async () => {
  const { code, stderr } = await haloy(["--version"], { env: { HALOY_RUNTIME: "python" } });
  expect(stderr).toMatch(/HALOY_RUNTIME="python".*node, deno or bun/);
  expect(code).toBe(1);
});

describe("without the project's own runtimes", () => {
  /** The launchers alone, and programs on PATH that say a version and how they were called. */
  async function install(versions: Readonly<Record<string, string>>) {
    const root = await temporaryDirectory();
    await cp(join(ROOT, "bin"), join(root, "bin"), { recursive: true });
    const path = join(root, "path");
    await mkdir(path);
    for (const [name, version] of Object.entries(versions)) {
      const program = join(path, name);
      await writeFile(
        program,
        `#!/bin/sh\nif [ "$1" = --version ]; then echo "${version}"; else echo "${name} $*"; fi\n`,
      );
      await chmod(program, 0o755);
    }
    return {
      root,
      run: (env: Readonly<Record<string, string>> = {}) =>
        haloy(["--flag"], { program: join(root, "bin", "haloy"), env: { PATH: path, ...env } }),
    };
  }

  test("a Node 20 on PATH is refused: what was found, what is needed, how to get it", async () => {
    const { root, run } = await install({ node: "v20.20.2" });
    const { code, stdout, stderr } = await run();
    expect(stderr).toContain(`${root}/path/node is 20.20.2`);
    expect(stderr).toMatch(/Node\.js 24 or newer.*Deno 2\.5 or newer.*Bun 1\.3 or newer/s);
    expect(stderr).toContain(`npm install" in ${root}`);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });

  test("with no runtime at all it says what is needed", async () => {
    const { run } = await install({});
    const { code, stderr } = await run();
    expect(stderr).toContain("no suitable JavaScript runtime was found");
    expect(stderr).not.toContain("Found, but");
    expect(code).toBe(1);
  });

  test("a too old Node is skipped for a Deno that will do", async () => {
    const { root, run } = await install({ node: "v20.20.2", deno: "deno 2.5.0 (stable)" });
    const { code, stdout } = await run();
    expect(stdout).toMatch(new RegExp(`^deno run .* ${root}/cli/main.ts --flag\n$`));
    expect(code).toBe(0);
  });

  test("HALOY_RUNTIME does not fall back to another runtime", async () => {
    const { run } = await install({ node: "v24.0.0", bun: "1.2.9" });
    const { code, stderr } = await run({ HALOY_RUNTIME: "bun" });
    expect(stderr).toMatch(/for HALOY_RUNTIME=bun.*bun is 1\.2\.9/s);
    expect(code).toBe(1);
  });

  test.each([
    ["node", "v23.11.1", false],
    ["node", "v24.0.0", true],
    ["node", "v100.1.0-nightly", true],
    ["deno", "deno 2.4.9 (stable, release, x86_64-unknown-linux-gnu)\nv8 13", false],
    ["deno", "deno 2.10.0 (stable, release, x86_64-unknown-linux-gnu)\nv8 13", true],
    ["bun", "1.2.23", false],
    ["bun", "1.3.0", true],
    ["bun", "2.0.0", true],
    ["node", "something else", false],
  ])("%s %j: suitable is %s", async (name, version, suitable) => {
    const { run } = await install({ [name]: version });
    expect((await run()).code).toBe(suitable ? 0 : 1);
  });
});
