/**
 * Advice about images: how they are built, travel and are kept.
 *
 * @module
 */

import { isBuilt, type Target } from "../../target.ts";
import { HISTORY_OPTIONS } from "../history.ts";
import { draft } from "../merge.ts";
import { nearest } from "../nearest.ts";
import type { Finding } from "../tree.ts";
import type { Advice } from "./advice.ts";
import { referenceOf } from "./rule.ts";

/** How a built image travels (founding document, "Build Configuration"). */
const pushOf = ({ image }: Target) =>
  image?.buildConfig?.push ?? (image?.registry ? "registry" : "server");

/** Each is its own function. */
export const IMAGE_ADVICE: readonly Advice[] = [
  function passwordInFile({ image }, { setting }) {
    if (!image?.registry || !("value" in image.registry.password)) return [];
    const outside = setting("from", { env: "REGISTRY_PASSWORD" });
    return [
      {
        path: ["image", "registry", "password"],
        message: "is written in the file, where everybody who can read the file sees it",
        suggestion: `Write \`${outside}\` or a secret instead`,
      },
    ];
  },
  function pulledNotBuilt(target, { setting }) {
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
        suggestion: `To build the image here, write \`${setting("build", true)}\` in "image"`,
      },
    ];
  },
  function databaseBuilt({ preset, image }, { setting }) {
    if (preset !== "database" || image) return [];
    return [
      {
        path: ["preset"],
        message: `is "database", but no image is named: one is built from the Dockerfile here`,
        suggestion: `Name the database's image, such as \`${setting("image", "postgres:18")}\``,
      },
    ];
  },
  function builtUnderOtherName(target, { setting }, { draft: { image }, origin }) {
    const { repository = "" } = target.image ?? {};
    const own = (key: string) =>
      draft(image)[key] !== undefined && origin(["image", key])[0] === "targets";
    if (!isBuilt(target) || !target.image?.buildConfig || repository.includes("/")) return [];
    if (!own("repository") || own("buildConfig") || own("build")) return [];
    return [
      {
        path: ["image", "repository"],
        message: `is only another name: the image is built here, with build settings that the target inherits`,
        suggestion: `To pull "${repository}" instead, write \`${setting("build", false)}\` in "image"`,
      },
    ];
  },
  function argumentsStayInImage(target, { key }) {
    const { image } = target;
    const given = (image?.buildConfig?.args ?? []).filter((argument) => "from" in argument);
    if (given.length === 0 || !isBuilt(target)) return [];
    const names = given.map(({ name }) => name).join(", ");
    return [
      {
        path: ["image", "buildConfig", "args"],
        message: `brings ${names} from outside: everybody who has the image can read the values in its history`,
        suggestion: `Give what is secret to the build under "${key("secrets")}", or to the containers under "${key("env")}"`,
      },
    ];
  },
  function secretVariablesStayInImage(target, { path }) {
    if (!isBuilt(target)) return [];
    return target.env.flatMap((entry, index): Finding[] =>
      entry.buildArg && "from" in entry && "secret" in entry.from
        ? [
            {
              path: ["env", index],
              message: `is a build argument too: everybody who has the image can read the secret in its history`,
              suggestion: `Give it to the build under "${path(["image", "buildConfig", "secrets"])}" instead`,
            },
          ]
        : [],
    );
  },
  function argumentsUnused(target) {
    if (isBuilt(target)) return [];
    return target.env.flatMap((entry, index): Finding[] =>
      entry.buildArg
        ? [
            {
              path: ["env", index, "buildArg"],
              message: "has no effect: no image is built",
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
    const because = [{ path: ["image", "buildConfig", "push"], message: `is "server"` }];
    const message = "has no effect: the image goes straight to the server";
    return [{ path: ["image", "registry"], message, because }];
  },
  function pushedNotPulled(target, { setting }) {
    const { image } = target;
    if (image?.pullPolicy !== "never" || !isBuilt(target) || pushOf(target) !== "registry") {
      return [];
    }
    return [
      {
        path: ["image", "pullPolicy"],
        message: `is "never", but the image is pushed to a registry, and the server has to pull it from there`,
        suggestion: `Write \`${setting("push", "server")}\`, or remove the pull policy`,
      },
    ];
  },
  function historyNotInRegistry(target, { setting }) {
    const { image } = target;
    if (image?.history.strategy !== "registry" || !isBuilt(target) || pushOf(target) !== "server") {
      return [];
    }
    return [
      {
        path: ["image", "history", "strategy"],
        message: `is "registry", but the image goes straight to the server: no registry has it for a rollback`,
        suggestion: `Write \`${setting("push", "registry")}\`, or \`${setting("strategy", "local")}\``,
      },
    ];
  },
  function historyMisspelt({ image }) {
    const strategy = image?.history.strategy ?? "local";
    if (Object.hasOwn(HISTORY_OPTIONS, strategy)) return [];
    const meant = nearest(strategy, Object.keys(HISTORY_OPTIONS));
    if (meant === undefined) return [];
    return [
      {
        path: ["image", "history", "strategy"],
        message: `is "${strategy}", which only a plugin can offer`,
        suggestion: `Did you mean "${meant}"?`,
      },
    ];
  },
  function historyUnused(target, _notation, { draft: { image } }) {
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
];
