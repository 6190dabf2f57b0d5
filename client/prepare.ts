/**
 * What a deploy finds out before it changes anything.
 *
 * @module
 */

import { errorJson, fail } from "../core/errors.ts";
import type { Choice, ResolvedImage } from "../core/hooks.ts";
import type { VersionAnswer } from "../wire/routes.ts";
import type { Opened } from "./opened.ts";

/** History strategies that every haloyd has. */
const EVERYWHERE: ReadonlySet<string> = new Set(["local", "none"]);

/** Ask everybody whether the deploy can work. Throws what is wrong, all of it at once. */
export async function verify(opened: Opened): Promise<void> {
  const { host, server, session } = opened;
  const { config: target } = session;
  const errors = await host.all("verify", { target, server });
  // Reaching the server is everybody's need, so the core asks itself.
  await checkServer(opened).catch((error) => errors.push(error));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) {
    throw fail("DEPLOYMENT_FAILED", {
      message: `Cannot go on, for ${errors.length} reasons:\n${errors.map((error) => `- ${errorJson(error).message}`).join("\n")}`,
      hint: "Nothing was changed. Correct all of them and try again",
      details: errors.map(errorJson),
    });
  }
}

/** @throws `DAEMON_OUTDATED` when the server's haloyd lacks what a deploy needs. */
async function checkServer({ server, workspace }: Opened): Promise<void> {
  const known = await server.capabilities(workspace.signal);
  const missing = ["deployments", "layer-parts"].filter((capability) => !known.has(capability));
  if (missing.length === 0) return;
  throw fail("DAEMON_OUTDATED", {
    message: `Cannot use the haloyd at ${server.url}: it cannot do ${missing.join(" and ")}`,
    hint: "Update haloyd on the server",
  });
}

/**
 * What the image is, how it is built, travels and is kept.
 *
 * @throws `STRATEGY_UNKNOWN`, and `CONFIG_INVALID` for a strategy's wrong options.
 */
export async function resolve(opened: Opened): Promise<ResolvedImage> {
  const { host, session, workspace } = opened;
  const { config: target, loaded } = session;
  const image = await host.first("resolveImage", { target, directory: loaded.directory });
  if (image.push) {
    host.check("push", image.push, loaded.locate(["image", "buildConfig", "push"]));
  }
  await checkHistory(opened, image.history);
  if (!image.build) return image;
  const written = target.image?.buildConfig?.args ?? [];
  const args = await session.values(written, ["image", "buildConfig", "args"], host, workspace);
  return { ...image, build: { ...image.build, args: [...image.build.args, ...args] } };
}

/**
 * A history strategy runs on the server, after everything else: its mistakes are told before.
 *
 * @throws `CONFIG_INVALID` for wrong options, `STRATEGY_UNKNOWN` when the server has no such one.
 */
async function checkHistory(
  { host, server, session, workspace }: Opened,
  history: Choice,
): Promise<void> {
  const { strategy } = history;
  const at = session.loaded.locate(["image", "history"]);
  if (host.strategies("retain").includes(strategy)) host.check("retain", history, at);
  if (EVERYWHERE.has(strategy)) return;
  const { signal } = workspace;
  const { retain } = await server.json<VersionAnswer>("/v1/version", { signal });
  if (!retain || retain.includes(strategy)) return;
  throw fail("STRATEGY_UNKNOWN", {
    message: `Cannot keep releases with history strategy "${strategy}": the haloyd at ${server.url} has ${retain.join(", ")}`,
    hint: `Choose one of them, or install a plugin that offers "${strategy}" on the server`,
    at,
  });
}
