/**
 * Corrections of what is written about targets.
 *
 * @module
 */

import { draft } from "../merge.ts";
import { appName } from "../names.ts";
import { ELLIPSIS } from "../notation.ts";
import {
  advice,
  type Correct,
  type Corrections,
  flag,
  isText,
  listed,
  write,
} from "./correction.ts";

/** A name that follows the rule, close to one that does not. */
export function lawfulName(written: string): string | undefined {
  const name = written
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
  return name !== written && appName.safeParse(name).success ? name : undefined;
}

const name: Correct = (input) => {
  if (input === "") return write("my-app");
  const lawful = isText(input) ? lawfulName(input) : undefined;
  return lawful === undefined ? undefined : write(lawful);
};

/** One command as a map: `{ run: "make" }`, or a text with a colon in it. */
const oneCommand: Correct = (input) => {
  const [[key = "", value] = [], ...more] = Object.entries(draft(input));
  if (more.length > 0 || !isText(value)) return undefined;
  return write(/^(?:run|cmd|command|exec|script|shell)$/i.test(key) ? value : `${key}: ${value}`);
};

const domains: Correct = (input) => {
  const { domain, aliases } = draft(input);
  const found = [input, domain].find(isText) ?? "app.example.com";
  return write([{ domain: found.trim(), ...(Array.isArray(aliases) ? { aliases } : {}) }]);
};

const domain: Correct = (input) => {
  const [first, ...aliases] = (Array.isArray(input) ? input : [input]).filter(isText);
  if (first === undefined) return undefined;
  return write({ domain: first.trim(), ...(aliases.length === 0 ? {} : { aliases }) });
};

const oneDomain: Correct = (input, { key }) => {
  if (input === undefined) return write("app.example.com");
  if (!Array.isArray(input)) return undefined;
  return advice(`Write one as "${key("domain")}", and the others as "${key("aliases")}"`);
};

/** What Kubernetes and others call them. */
const strategy: Correct = (input) => {
  const word = isText(input) ? input.toLowerCase().replace(/[-_]/g, "") : "";
  if (/^(?:bluegreen|rollingupdate|startfirst)$/.test(word)) return write("rolling");
  return /^(?:recreate|stopfirst)$/.test(word) ? write("replace") : undefined;
};

const targets: Correct = (input) => {
  const [first] = Array.isArray(input) ? input : [];
  const found = [first, draft(first).name].find(isText) ?? "production";
  return write({ [found]: { server: ELLIPSIS } });
};

const plugins: Correct = (input) => {
  if (isText(input)) return write([input.trim()]);
  const [first] = Object.keys(draft(input));
  return first === undefined ? undefined : write([{ use: first }]);
};

const HOOKS = ["preDeploy", "postDeploy", "globalPreDeploy", "globalPostDeploy"];

/** By kind of setting. */
export const TARGET: Corrections = {
  name,
  preset: (input) =>
    input === "default" ? advice("Leave it out: then nothing is preset") : undefined,
  server: (input) =>
    Array.isArray(input) ? advice(`A target has one server: for more, write "targets"`) : undefined,
  domains,
  "domains[]": domain,
  "domains[].domain": oneDomain,
  "domains[].aliases": listed,
  protected: flag,
  "env[].buildArg": flag,
  deploymentStrategy: strategy,
  ...Object.fromEntries(
    HOOKS.flatMap((hook) => [
      [hook, listed],
      [`${hook}[]`, oneCommand],
    ]),
  ),
  targets,
  target: (input) => (isText(input) ? write({ server: input.trim() }) : undefined),
  plugins,
};
