/**
 * Configs of the tests and of the docs, by kind.
 *
 * @module
 */

import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { parseDocument } from "yaml";
import { underImage } from "../founding/config.ts";
import { type Mistake, readMistakes } from "./mistakes.ts";

const FIXTURES: string = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** A config with the name of where it is from. */
export interface Example {
  readonly name: string;
  readonly yaml: string;
}

/** The founding document's examples, each as a whole config. */
export async function foundingExamples(): Promise<Example[]> {
  const examples = await filesIn("founding");
  return examples.flatMap(({ name, yaml }) =>
    completed(yaml).map((whole) => ({ name, yaml: whole })),
  );
}

/** A fragment with what it lacks; alternatives of one key are a config each. */
function completed(yaml: string): string[] {
  const alternatives = yaml
    .split(/^(?=build_config:)/m)
    .filter((part) => !/^#[^\n]*\n$/.test(part));
  if (alternatives.length > 1) return alternatives.map(underImage);
  if (/^build_config:/m.test(yaml)) return [underImage(yaml)];
  return [/^(?:name|targets):/m.test(yaml) ? yaml : `name: my-app\n${yaml}`];
}

/** Configs that are valid, with every setting there is. */
export async function goodConfigs(): Promise<Example[]> {
  return await filesIn("config/good");
}

/** A config of the collection of mistakes, as a program reads it. */
export interface ReadMistake extends Mistake {
  readonly value: unknown;
  /** It is valid, and there is a warning. */
  readonly valid: boolean;
}

/** The collection of mistakes without those that break the grammar of their format. */
export async function readableMistakes(): Promise<ReadMistake[]> {
  return (await readMistakes()).flatMap((mistake): ReadMistake[] => {
    const value = READERS[mistake.format]?.(mistake.text);
    return value === undefined
      ? []
      : [{ ...mistake, value, valid: mistake.told.startsWith("WARNING") }];
  });
}

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  yaml: readYaml,
  json: (text) => attempt(() => JSON.parse(text)),
  toml: (text) => attempt(() => getStaticTOMLValue(parseTOML(text))),
};

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The value of a YAML text; undefined where it has none. */
export function readYaml(text: string): unknown {
  const document = parseDocument(text, { merge: true, logLevel: "error" });
  if (document.errors.length + document.warnings.length > 0) return undefined;
  // An alias of nothing, a merge of text.
  return attempt(() => document.toJS());
}

async function filesIn(folder: string): Promise<Example[]> {
  const directory = `${FIXTURES}${folder}/`;
  const names = (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort();
  return await Promise.all(
    names.map(async (name) => ({ name, yaml: await readFile(`${directory}${name}`, "utf8") })),
  );
}
