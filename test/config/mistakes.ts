/**
 * The collection of wrong configs, and of what their authors are told: documents in
 * `test/fixtures/config/mistakes`, each with many cases. A case is a title, the config in a fence
 * named after its format, and what is printed in a fence named `text`.
 *
 * `node test/config/mistakes.ts` writes what is printed now into the documents. Read the
 * difference: every message has to say what is wrong, where, the rule, and what to write instead.
 *
 * @module
 */

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printProblem } from "../../core/config/diagnostics.ts";
import { loadConfig } from "../../core/config/load.ts";
import { isHaloyError } from "../../core/errors.ts";

const FOLDER = new URL("../fixtures/config/mistakes/", import.meta.url);

/** One config, and what its author is told. */
export interface Mistake {
  /** The document, without `.md`. */
  readonly subject: string;
  readonly title: string;
  /** `yaml`, `json`, `toml` or `ts`. */
  readonly format: string;
  readonly text: string;
  readonly told: string;
}

const CASE = /^## (.+)\n\n```(\w+)\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```$/gm;

/** All cases of all documents. */
export async function readMistakes(): Promise<Mistake[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".md")).sort();
  const documents = names.map(async (name) => {
    const content = await readFile(new URL(name, FOLDER), "utf8");
    return [...content.matchAll(CASE)].map(
      ([, title = "", format = "", text = "", told = ""]): Mistake => ({
        ...{ subject: name.slice(0, -3), title, format, text },
        told: told.trimEnd(),
      }),
    );
  });
  return (await Promise.all(documents)).flat();
}

/** What is printed about a config: the code and the message of its error, or its warnings. */
export async function tell({ format, text }: Pick<Mistake, "format" | "text">): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "haloy-mistake-"));
  const name = format === "ts" ? "haloy.config.ts" : `haloy.${format}`;
  try {
    await writeFile(join(directory, name), text);
    const { warnings } = await loadConfig(name, { cwd: directory });
    return warnings.map((warning) => `WARNING ${printProblem(warning, name)}`).join("\n\n");
  } catch (error) {
    if (!isHaloyError(error)) throw error;
    return `${error.code} ${error.message}`;
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function update(): Promise<void> {
  for (const name of await readdir(FOLDER)) {
    if (!name.endsWith(".md")) continue;
    const file = new URL(name, FOLDER);
    const content = await readFile(file, "utf8");
    const cases = [...content.matchAll(CASE)];
    const told = await Promise.all(
      cases.map(([, , format = "", text = ""]) => tell({ format, text })),
    );
    const written = content.replace(CASE, (_all, title, format, text) => {
      const said = told.shift() ?? "";
      return `## ${title}\n\n\`\`\`${format}\n${text}\`\`\`\n\n\`\`\`text\n${said}\n\`\`\``;
    });
    if (written !== content) await writeFile(file, written);
  }
}

if (import.meta.main) await update();
