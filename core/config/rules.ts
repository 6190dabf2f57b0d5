/**
 * Rules between fields, and advice. Each is its own function, and all of them always run: also
 * when other fields are wrong, so they read the config as it was written and trust no type.
 *
 * @module
 */

import { parseReference } from "../reference.ts";
import { nearest } from "./nearest.ts";
import type { Finding, Path } from "./tree.ts";
import type { Config } from "./types.ts";

type Draft = Readonly<Record<string, unknown>>;
type Rule<Input> = (input: Input) => readonly Finding[];

const draft = (value: unknown): Draft =>
  typeof value === "object" && value !== null ? (value as Draft) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isText = (value: unknown): value is string => typeof value === "string";

/** What a reference writes besides the name. Null: it is no reference, which others report. */
function writtenIn(repository: unknown) {
  if (!isText(repository)) return null;
  const parsed = parseReference(repository);
  return "problem" in parsed ? null : parsed;
}

/** Each name once; `names` are texts with their paths. */
function once(names: Iterable<readonly [name: string, path: Path]>): Finding[] {
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const [name, path] of names) {
    if (seen.has(name)) findings.push({ path, message: `is "${name}" a second time` });
    seen.add(name);
  }
  return findings;
}

/** Options of the history strategies that the config language itself defines, with their checks. */
const HISTORY: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  local: { count: (value) => Number.isInteger(value) && Number(value) >= 1 },
  none: {},
};

const RULES: readonly Rule<Draft>[] = [
  function tagWrittenOnce(config) {
    const image = draft(config.image);
    const reference = writtenIn(image.repository);
    if (!reference || image.tag === undefined) return [];
    if (reference.tag === null && reference.digest === null) return [];
    const what = reference.tag === null ? "digest" : "tag";
    return [
      {
        path: ["image", "tag"],
        message: `is written twice: "repository" already has a ${what}`,
        suggestion: "Keep one of the two",
      },
    ];
  },
  function builtImageHasNoDigest(config) {
    const image = draft(config.image);
    const built = image.build === true || (image.buildConfig != null && image.build !== false);
    if (!built || writtenIn(image.repository)?.digest == null) return [];
    return [
      {
        path: ["image", "repository"],
        message: "has a digest, but the image is built here, so its digest is not known before",
        suggestion: "Remove the digest",
      },
    ];
  },
  function historyOptions(config) {
    const { strategy, ...options } = draft(draft(config.image).history);
    const known = isText(strategy) && Object.hasOwn(HISTORY, strategy) && HISTORY[strategy];
    if (!known) return [];
    return Object.entries(options).flatMap(([key, value]): Finding[] => {
      const path = ["image", "history", key];
      const allowed = Object.hasOwn(known, key) && known[key];
      if (allowed) {
        const fine = value === undefined || allowed(value);
        return fine ? [] : [{ path, message: "must be a whole number, at least 1" }];
      }
      const names = Object.keys(known);
      const close = nearest(key, names);
      const message = `is not an option of "${strategy}"`;
      if (close) return [{ path, target: "key", message, suggestion: `Did you mean "${close}"?` }];
      const suggestion = names.length > 0 ? `Known here: ${names.join(", ")}` : "Remove it";
      return [{ path, target: "key", message, suggestion }];
    });
  },
  function variablesOnce(config) {
    const argsPath = ["image", "buildConfig", "args"];
    const args = draft(draft(config.image).buildConfig).args;
    const named = (entries: unknown, path: Path) =>
      list(entries).flatMap((entry, index) => {
        const { name } = draft(entry);
        return isText(name) ? [[name, [...path, index, "name"]] as const] : [];
      });
    return [...once(named(config.env, ["env"])), ...once(named(args, argsPath))];
  },
  function domainsOnce(config) {
    return once(
      list(config.domains).flatMap((entry, index) => {
        const { domain, aliases } = draft(entry);
        const names = [
          [domain, ["domains", index, "domain"]] as const,
          ...list(aliases).map((alias, at) => [alias, ["domains", index, "aliases", at]] as const),
        ];
        return names.flatMap(([name, path]) =>
          isText(name) ? [[name.toLowerCase(), path] as const] : [],
        );
      }),
    );
  },
];

/** What a config says that cannot all be true. Takes any value. */
export function ruleFindings(value: unknown): Finding[] {
  return RULES.flatMap((rule) => rule(draft(value)));
}

const ADVICE: readonly Rule<Config>[] = [
  function tokenInFile({ apiToken }) {
    if (!apiToken || !("value" in apiToken)) return [];
    return [
      {
        path: ["apiToken"],
        message: "is written in the config, where everybody who can read the file sees it",
        suggestion: "Use from: { env: … } and keep the token out of the file",
      },
    ];
  },
  function pulledNotBuilt({ name, image }) {
    const reference = writtenIn(image?.repository);
    if (!image || image.build || image.buildConfig || reference?.repository !== name) return [];
    if (reference.registry !== null) return [];
    return [
      {
        path: ["image", "repository"],
        message: `is the app's own name, but nothing is built: "${name}" is pulled from Docker Hub`,
        suggestion: "To build the image here, set build: true",
      },
    ];
  },
  function argumentsStayInImage({ image }) {
    const given = (image?.buildConfig?.args ?? []).filter((argument) => "from" in argument);
    if (given.length === 0) return [];
    const names = given.map(({ name }) => name).join(", ");
    return [
      {
        path: ["image", "buildConfig", "args"],
        message: `brings ${names} from outside: everybody who has the image can read the values in its history`,
        suggestion: "Give secrets to the containers, with env, and not to the build",
      },
    ];
  },
  function buildConfigUnused({ image }) {
    if (image?.build !== false || !image.buildConfig) return [];
    return [
      { path: ["image", "build"], message: "is false, so the build settings have no effect" },
    ];
  },
];

/** What a valid config says that was probably not meant. */
export function adviceFindings(config: Config): Finding[] {
  return ADVICE.flatMap((advise) => advise(config));
}
