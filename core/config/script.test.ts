/**
 * `haloy.config.ts` under Node, Deno and Bun: each runtime runs the module, and each says in its
 * own way where it fails.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url).pathname;
const fixtures = join(root, "test/fixtures/config");

// A project of a user: its packages are beside its config, not beside the core.
const project = await mkdtemp(join(tmpdir(), "haloy-project-"));
afterAll(() => rm(project, { recursive: true }));
const installed = join(project, "node_modules", "haloy-plugin-vault");
await mkdir(installed, { recursive: true });
await symlink(join(root, "node_modules/zod"), join(project, "node_modules/zod"));
await writeFile(join(project, "package.json"), "{}");
await writeFile(join(project, "haloy.yaml"), "name: shop\nplugins: [vault, ./slack.ts]\n");
await writeFile(
  join(installed, "package.json"),
  JSON.stringify({ name: "haloy-plugin-vault", type: "module", exports: { import: "./mod.js" } }),
);
const plugin = (name: string) =>
  `import { z } from "zod";
export default { name: "${name}", version: "1.2.3", options: z.strictObject({}), setup: () => ({}) };\n`;
await writeFile(join(installed, "mod.js"), plugin("vault"));
await writeFile(join(project, "slack.ts"), plugin("slack"));

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly file: string;
}
type Report = Readonly<Record<string, Failure>>;

const RUNTIMES = [
  ["Node", "node", []],
  ["Deno", "deno", ["run", "--no-lock", "-A"]],
  ["Bun", "bun", []],
] as const;

describe.each(RUNTIMES)("under %s", async (_title, runtime, flags) => {
  const { stdout } = await promisify(execFile)(
    join(root, "node_modules/.bin", runtime),
    [...flags, join(root, "test/config/load-all.ts"), join(fixtures, "scripts"), project],
    { cwd: root },
  );
  const report = JSON.parse(stdout) as Report;

  test("a module, or a function that it exports, gives the config", () => {
    expect(report.good).toMatchObject({
      targets: { shop: { name: "shop", replicas: 2, port: 8080 } },
    });
    expect(report.function).toMatchObject({ targets: { shop: { name: "shop" } } });
  });

  test("a syntax error is reported with its line", () => {
    expect(report.syntax).toMatchObject({ code: "CONFIG_UNREADABLE", line: 5 });
    expect(report.syntax?.message).toMatch(/^Cannot read syntax\/haloy\.config\.ts: .+\(line 5/);
  });

  test("what the module throws is reported with its line", () => {
    expect(report.throws).toMatchObject({ code: "CONFIG_UNREADABLE", line: 4 });
    expect(report.throws?.message).toContain("throws/haloy.config.ts: PORT is not set (line 4");
    expect(report.rejects).toMatchObject({ code: "CONFIG_UNREADABLE", line: 3 });
  });

  test("what an imported module throws is reported where it is", () => {
    expect(report.helper).toMatchObject({ line: 1, file: "inventory.ts" });
    expect(report.helper?.message).toContain("no inventory (inventory.ts line 1");
  });

  test("a module without a default export is refused", () => {
    expect(report.unexported?.message).toBe(
      "Cannot read unexported/haloy.config.ts: it has no default export",
    );
  });

  test("problems are reported in camelCase, with the nearest known key", () => {
    expect(report.wrong?.code).toBe("CONFIG_INVALID");
    expect(report.wrong?.message).toBe(`Cannot use wrong/haloy.config.ts: 3 problems

wrong/haloy.config.ts  health_check_path is not a known setting
  Did you mean "healthCheckPath"?

wrong/haloy.config.ts  env[0] needs "value" or "from"
  Write \`value: "…"\`, or \`from: { env: "A" }\` for what is set outside

wrong/haloy.config.ts  replicas must be a number, not a string
  Remove the quotes`);
  });

  test("plugins are found beside the config: a package by its short name, and a file", () => {
    expect(report.plugins).toEqual(["vault 1.2.3", "slack 1.2.3"]);
  });
});
