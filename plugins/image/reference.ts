/**
 * The built-in `resolveImage`: the image as the config writes it.
 *
 * Rules of the founding document, "Basic Image Configuration" and "Local Image Building": the
 * repository defaults to the app's name and the tag to `latest`; an image is built when `build`
 * says so, else when there is a `build_config`, else when no image is named at all. What is built
 * travels as `push` says, else by the registry that `registry` logs in to, else to the server.
 *
 * @module
 */

import { statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { z } from "zod";
import {
  type BuildRequest,
  definePlugin,
  fail,
  isBuilt,
  type Plugin,
  parseReference,
  printReference,
  type ResolvedImage,
  type Target,
} from "../../plugin.ts";
import { withAbsoluteFolder } from "./cache-paths.ts";

const plugin: Plugin = definePlugin({
  name: "image-reference",
  options: z.strictObject({}),
  setup: () => ({
    resolveImage: ({ target, directory }) => resolveImage(target, directory),
  }),
});

export default plugin;

function resolveImage(target: Target, directory: string): ResolvedImage {
  const { image } = target;
  const built = isBuilt(target);
  const automatic = image?.registry ? "registry" : "server";
  return {
    reference: referenceOf(target),
    build: built ? buildRequest(target, directory) : null,
    push: built ? { strategy: image?.buildConfig?.push ?? automatic } : null,
    // Its values are resolved by the core, like those of the build.
    login: null,
    pullPolicy: image?.pullPolicy ?? "always",
    history: image?.history ?? { strategy: "local" },
  };
}

/** How to build, without values: the core resolves them, it knows where they come from. */
function buildRequest(target: Target, directory: string): BuildRequest {
  const config = target.image?.buildConfig;
  const absolute = (path: string) => (isAbsolute(path) ? path : join(directory, path));
  const context = absolute(config?.context ?? ".");
  const dockerfile = absolute(config?.dockerfile ?? "Dockerfile");
  checkContext(context);
  checkDockerfile(dockerfile, dockerfileHint(target, context, directory));
  const folders = (entries: readonly string[] = []) =>
    entries.map((entry) => withAbsoluteFolder(entry, directory));
  return {
    context,
    dockerfile,
    platforms: [...new Set(config?.platforms ?? ["linux/amd64"])],
    args: [],
    stage: config?.target ?? null,
    secrets: [],
    cacheFrom: folders(config?.cacheFrom),
    cacheTo: folders(config?.cacheTo),
  };
}

/** @throws `BUILD_FAILED` naming the absolute path, before anything is built or sent. */
function checkContext(path: string): void {
  const kind = kindOf(path);
  if (kind === "folder") return;
  throw fail("BUILD_FAILED", {
    message: `Cannot build: the build context ${path} ${kind ? "is not a folder" : "does not exist"}`,
    hint: 'Create it, or correct "image.build_config.context": it is relative to the config file',
  });
}

/** @throws `BUILD_FAILED` likewise. `hint` says what to do when nothing is there. */
function checkDockerfile(path: string, hint: string): void {
  const kind = kindOf(path);
  if (kind === "file") return;
  throw fail("BUILD_FAILED", {
    message: `Cannot build: the Dockerfile ${path} ${kind ? "is a folder" : "does not exist"}`,
    hint,
  });
}

function dockerfileHint({ image }: Target, context: string, directory: string): string {
  const { build, buildConfig } = image ?? {};
  if (build === undefined && buildConfig === undefined) {
    return 'No image is named, so it is built. Write this Dockerfile, or name the image to run, as in image: "nginx:alpine"';
  }
  const written = buildConfig?.dockerfile ?? "Dockerfile";
  const inContext = relative(directory, join(context, written));
  return kindOf(join(directory, inContext)) === "file"
    ? `Write "dockerfile: ${inContext}": it is relative to the config file, not to the context`
    : 'Create it, or correct "image.build_config.dockerfile": it is relative to the config file';
}

function kindOf(path: string): "file" | "folder" | null {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch {
    return null;
  }
}

function referenceOf({ name, image }: Target): string {
  const parsed = parseReference(image?.repository ?? name);
  if ("problem" in parsed) throw new Error(parsed.problem);
  if (parsed.tag !== null || parsed.digest !== null) return printReference(parsed);
  return printReference({ ...parsed, tag: image?.tag ?? "latest" });
}
