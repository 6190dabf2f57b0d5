/**
 * Every kind of mistake in a config, and exactly what its author is told: the documents in
 * `test/fixtures/config/mistakes`.
 *
 * @module
 */

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readMistakes, tell } from "../../test/config/mistakes.ts";
import { loadConfig } from "./load.ts";

const mistakes = await readMistakes();
const subjects = [...new Set(mistakes.map(({ subject }) => subject))];

describe.each(subjects)("%s:", (subject) => {
  const cases = mistakes.filter((mistake) => mistake.subject === subject);
  test.each(cases)("$title", async ({ format, text, told }) => {
    const said = await tell({ format, text });
    expect(said).toBe(told);
    expect(said).not.toBe("");
    expect(said).not.toContain("hunter2");
  });
});

test("all documents are read as a whole", async () => {
  const folder = new URL("../../test/fixtures/config/mistakes/", import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md"));
  const documents = await Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")));
  const headings = documents.flatMap((content) => content.match(/^## .+$/gm) ?? []);
  expect(mistakes.map(({ title }) => `## ${title}`).sort()).toEqual(headings.sort());
});

test("a file that is not UTF-8 is refused", async () => {
  const directory = await mkdtemp(join(tmpdir(), "haloy-utf8-"));
  await writeFile(join(directory, "haloy.yaml"), Uint8Array.of(0x6e, 0x3a, 0x20, 0xff));
  await expect(loadConfig("haloy.yaml", { cwd: directory })).rejects.toMatchObject({
    code: "CONFIG_UNREADABLE",
    message: "Cannot read haloy.yaml: it is not UTF-8 text",
    hint: "Save the file as UTF-8",
  });
  await rm(directory, { recursive: true });
});
