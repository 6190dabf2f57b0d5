import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { VERSION } from "../../core/version.ts";
import { ROOT } from "./haloy.ts";

test("package.json, deno.json and the code agree on version and exports", async () => {
  const [npm, deno] = await Promise.all(
    ["package.json", "deno.json"].map(async (name) =>
      JSON.parse(await readFile(join(ROOT, name), "utf8")),
    ),
  );
  expect([npm.version, deno.version]).toEqual([VERSION, VERSION]);
  expect(deno.exports).toEqual(npm.exports);
});
