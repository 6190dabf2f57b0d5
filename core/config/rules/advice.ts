/**
 * What a valid config says that was probably not meant. Each piece is its own function.
 *
 * @module
 */

import { isBuilt, type Target } from "../../target.ts";
import { HISTORY_OPTIONS } from "../history.ts";
import { referencesIn } from "../interpolation.ts";
import { type Layered, layeredTargets } from "../layers.ts";
import { draft } from "../merge.ts";
import type { Finding } from "../tree.ts";
import type { Config, Written } from "../types.ts";
import { inFile } from "./index.ts";
import { referenceOf } from "./rule.ts";

type Advice = (target: Target, layered: Layered) => readonly Finding[];

const ADVICE: readonly Advice[] = [
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
  function passwordInFile({ image }) {
    if (!image?.registry || !("value" in image.registry.password)) return [];
    return [
      {
        path: ["image", "registry", "password"],
        message: "is written in the config, where everybody who can read the file sees it",
        suggestion: "Use from: { env: … } or a secret, and keep it out of the file",
      },
    ];
  },
  function pulledNotBuilt(target) {
    const { name, image } = target;
    if (!image || isBuilt(target) || image.tag !== undefined) return [];
    const reference = referenceOf(image.repository ?? name);
    if (reference?.repository !== name || reference.registry !== null) return [];
    // Who writes a tag or a digest knows the image.
    if (reference.tag !== null || reference.digest !== null) return [];
    return [
      {
        path: ["image", "repository"],
        message: `is the app's own name, but nothing is built: "${name}" is pulled from Docker Hub`,
        suggestion: "To build the image here, set build: true",
      },
    ];
  },
  function argumentsStayInImage(target) {
    const { image } = target;
    const given = (image?.buildConfig?.args ?? []).filter((argument) => "from" in argument);
    if (given.length === 0 || !isBuilt(target)) return [];
    const names = given.map(({ name }) => name).join(", ");
    return [
      {
        path: ["image", "buildConfig", "args"],
        message: `brings ${names} from outside: everybody who has the image can read the values in its history`,
        suggestion:
          "Give what is secret to the build under secrets, or to the containers under env",
      },
    ];
  },
  function secretVariablesStayInImage(target) {
    if (!isBuilt(target)) return [];
    return target.env.flatMap((entry, index): Finding[] =>
      entry.buildArg && "from" in entry && "secret" in entry.from
        ? [
            {
              path: ["env", index],
              message: `is a build argument too: everybody who has the image can read the secret in its history`,
              suggestion: "Give it to the build under secrets instead",
            },
          ]
        : [],
    );
  },
  function buildConfigUnused({ image }) {
    if (image?.build !== false || !image.buildConfig) return [];
    return [
      { path: ["image", "build"], message: "is false, so the build settings have no effect" },
    ];
  },
  function loginUnused(target) {
    const { image } = target;
    if (!image?.registry || image.buildConfig?.push !== "server" || !isBuilt(target)) return [];
    return [
      {
        path: ["image", "registry"],
        message: `has no effect: the image goes straight to the server, because push is "server"`,
      },
    ];
  },
  function historyUnused(target, { draft: { image } }) {
    const history = draft(draft(image).history);
    const strategy = target.image?.history.strategy ?? "";
    const known = Object.hasOwn(HISTORY_OPTIONS, strategy) ? HISTORY_OPTIONS[strategy] : undefined;
    return Object.keys(history).flatMap((key): Finding[] => {
      if (!known || key === "strategy" || known.includes(key) || history[key] === undefined)
        return [];
      const message = `has no effect with the history strategy "${strategy}"`;
      return [{ path: ["image", "history", key], target: "key", message }];
    });
  },
  function unknownVariables({ env }) {
    const names = new Set(env.map(({ name }) => name));
    return env.flatMap((entry, index) => {
      if (!("value" in entry)) return [];
      const unknown = referencesIn(entry.value).filter((name) => !names.has(name));
      return [...new Set(unknown)].map((name) => ({
        path: ["env", index, "value"],
        message: `has \${${name}}, and there is no variable ${name}: it stays as it is written`,
        suggestion: `Add ${name} to env, or take no notice if the app expects it so`,
      }));
    });
  },
];

function imagesUnused(written: Written): Finding[] {
  const layers = [written, ...Object.values(written.targets ?? {})];
  const used = new Set(layers.map(({ imageKey }) => imageKey));
  return Object.keys(written.images ?? {}).flatMap((key): Finding[] =>
    used.has(key)
      ? []
      : [{ path: ["images", key], target: "key", message: `is used by no "image_key"` }],
  );
}

/** Advice about a config that is valid. Paths are those of the file. */
export function adviceFindings(written: Written, config: Config): Finding[] {
  const targets = layeredTargets(written).flatMap((layered) => {
    const target = config.targets[layered.key ?? String(layered.draft.name)];
    if (!target) return [];
    return ADVICE.flatMap((advise) => advise(target, layered)).map((one) => inFile(one, layered));
  });
  return [...imagesUnused(written), ...targets];
}
