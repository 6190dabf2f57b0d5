/**
 * The built-in `resolveImage`: the image as the config writes it.
 *
 * Rules of the founding document, "Basic Image Configuration" and "Local Image Building": the
 * repository defaults to the app's name and the tag to `latest`; an image is built when `build`
 * says so, else when there is a `build_config`, else when no image is named at all.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import {
  definePlugin,
  fail,
  isBuilt,
  type Plugin,
  parseReference,
  printReference,
  type ResolvedImage,
  type Target,
} from "../../plugin.ts";

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
  const { context = ".", dockerfile = "Dockerfile" } = image?.buildConfig ?? {};
  const absolute = (path: string) => (isAbsolute(path) ? path : join(directory, path));
  if (built) {
    checkThere(absolute(context), "build context", "context");
    checkThere(absolute(dockerfile), "Dockerfile", "dockerfile");
  }
  return {
    reference: referenceOf(target),
    build: built
      ? {
          context: absolute(context),
          dockerfile: absolute(dockerfile),
          platform: image?.buildConfig?.platform ?? "linux/amd64",
          // Values are resolved by the core, which knows where they come from.
          args: [],
        }
      : null,
    push: built ? { strategy: image?.buildConfig?.push ?? "server" } : null,
    pullPolicy: image?.pullPolicy ?? "always",
    history: image?.history ?? { strategy: "local" },
  };
}

/** @throws `BUILD_FAILED` naming the absolute path, before anything is built or sent. */
function checkThere(path: string, what: string, key: string): void {
  if (existsSync(path)) return;
  throw fail("BUILD_FAILED", {
    message: `Cannot build: the ${what} ${path} does not exist`,
    hint: `Create it, or correct "image.build_config.${key}": it is relative to the config file`,
  });
}

function referenceOf({ name, image }: Target): string {
  const parsed = parseReference(image?.repository ?? name);
  if ("problem" in parsed) throw new Error(parsed.problem);
  if (parsed.tag !== null || parsed.digest !== null) return printReference(parsed);
  return printReference({ ...parsed, tag: image?.tag ?? "latest" });
}
