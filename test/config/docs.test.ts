/**
 * The docs say what is true: every config in them is valid, every link leads somewhere, and the
 * reference is the one that the code makes.
 *
 * @module
 */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../core/config/load.ts";
import { referenceFiles } from "../../scripts/reference/files.ts";
import { haloy, ROOT } from "../cli/haloy.ts";
import { readYaml } from "./corpus.ts";
import { checkOf } from "./editor.ts";

const DOCS = [
  ...["README.md", "CONTRIBUTING.md", "docs/configuration.md", "docs/server.md"],
  ...["docs/how-it-works.md", "docs/reference/configuration.md", "docs/reference/commands.md"],
];
const read = (file: string) => readFile(join(ROOT, file), "utf8");

/** A config in the docs. */
interface Block {
  readonly file: string;
  readonly line: number;
  readonly format: string;
  readonly text: string;
}

/** Blocks in a format of configs, but those that say they are another file. */
async function blocks(): Promise<Block[]> {
  const found: Block[] = [];
  // What is in it is haloyd's.
  for (const file of DOCS.filter((file) => file !== "docs/server.md")) {
    const content = await read(file);
    for (const match of content.matchAll(/^```(yaml|json|toml|ts)\n(.*?)^```$/gms)) {
      const [, format = "", text = ""] = match;
      const line = content.slice(0, match.index).split("\n").length;
      const [, name] = /^(?:#|\/\/) (\S+\.\w+)\n/.exec(text) ?? [];
      const isConfig = name === undefined ? format !== "ts" : /^haloy\.(?!config)/.test(name);
      if (isConfig || text.includes("defineConfig(")) found.push({ file, line, format, text });
    }
  }
  return found;
}

test("every config in the docs is valid, without a warning, and for editors too", async () => {
  const all = await blocks();
  expect(new Set(all.map(({ format }) => format))).toEqual(new Set(["yaml", "json", "toml", "ts"]));
  expect(all.length).toBeGreaterThan(15);
  const checks = { yaml: await checkOf("snake"), json: await checkOf("camel") };
  const directory = await mkdtemp(join(tmpdir(), "haloy-docs-"));
  for (const [index, { file, line, format, text }] of all.entries()) {
    const name = join(directory, format === "ts" ? `${index}.config.ts` : `${index}.${format}`);
    await writeFile(name, text.replace(`from "haloy"`, `from "${join(ROOT, "mod.ts")}"`));
    const place = `${file}:${line}`;
    const { warnings } = await loadConfig(name).catch((error: unknown) => {
      throw new Error(`${place} is no valid config`, { cause: error });
    });
    expect([place, warnings]).toEqual([place, []]);
    if (format === "yaml") expect([place, checks.yaml(readYaml(text))]).toEqual([place, []]);
    if (format === "json") expect([place, checks.json(JSON.parse(text))]).toEqual([place, []]);
  }
  await rm(directory, { recursive: true });
});

test("the mistake that the guide shows is told as it says", async () => {
  const directory = await mkdtemp(join(tmpdir(), "haloy-docs-"));
  await writeFile(
    join(directory, "haloy.yaml"),
    "name: my-app\nport: 3000\nhelth_check_path: /up\n",
  );
  const { stderr } = await haloy(["validate-config"], { cwd: directory });
  expect(await read("docs/configuration.md")).toContain(`\`\`\`text\n${stderr}\`\`\`\n`);
  await rm(directory, { recursive: true });
});

test("every link in the docs leads to a file of the project and a heading in it", async () => {
  const dead: string[] = [];
  let links = 0;
  for (const file of DOCS) {
    for (const [, path = "", heading] of (await read(file)).matchAll(
      /\]\(([^):#]*)(?:#([^)]*))?\)/g,
    )) {
      links += 1;
      const target = path === "" ? file : relative(ROOT, join(ROOT, dirname(file), path));
      const content = await read(target).catch((error: NodeJS.ErrnoException) =>
        error.code === "EISDIR" ? "" : null,
      );
      const anchors = [...(content ?? "").matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
        slug(title),
      );
      const there = content !== null && (heading === undefined || anchors.includes(heading));
      if (!there) dead.push(`${file}: ${path}#${heading ?? ""}`);
    }
  }
  expect(dead).toEqual([]);
  expect(links).toBeGreaterThan(40);
});

/** A heading's anchor, as GitHub makes it. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replace(/\s/g, "-");
}

test("the reference is what the code says: else run npm run reference", async () => {
  const files = await referenceFiles();
  expect(files.map(({ name }) => name)).toContain("configuration.md");
  for (const { name, content } of files) {
    expect(await read(`docs/reference/${name}`), `docs/reference/${name}`).toBe(content);
  }
});
