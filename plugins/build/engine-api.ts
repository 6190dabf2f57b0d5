/**
 * Building through the Engine API where there is no docker command: the context is streamed as a
 * tar, without what `.dockerignore` leaves out.
 *
 * @module
 */

import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import dockerignore from "@balena/dockerignore";
import { pack } from "tar-fs";
import { type EngineClient, rejectedStatus } from "../../engine/client.ts";
import { type BuildRequest, fail, type HookContext, reasonOf, Secret } from "../../plugin.ts";
import { cacheOf } from "./cache.ts";
import { failureHint } from "./failure-hint.ts";
import { LastLines } from "./last-lines.ts";

/** Where the Dockerfile lies in the tar: it may come from outside the context. */
const DOCKERFILE = ".haloy.Dockerfile";

/**
 * Build and tag. What this builder cannot do is left out: `checkBuilder` refuses it before.
 *
 * @throws `BUILD_FAILED` with the build's own last lines.
 */
export async function buildWithApi(
  engine: EngineClient,
  request: BuildRequest,
  reference: string,
  context: HookContext,
): Promise<void> {
  const { platforms, args, stage, cacheFrom } = request;
  const [platform] = platforms;
  const buildargs = Object.fromEntries(
    args.map(({ name, value }) => [name, value instanceof Secret ? value.reveal() : value]),
  );
  const refused = (words: string) =>
    fail("BUILD_FAILED", {
      message: `Cannot build ${reference}: the Docker Engine refused. Its last lines:\n${words}`,
      hint:
        failureHint(words, request) ??
        "Correct the build; with a docker command and BuildKit installed, those are used instead",
    });
  const query = {
    t: reference,
    dockerfile: DOCKERFILE,
    buildargs: JSON.stringify(buildargs),
    platform,
    target: stage ?? undefined,
    cachefrom: cacheFrom.length > 0 ? JSON.stringify(cacheFrom.map(imageOf)) : undefined,
    rm: true,
    forcerm: true,
  };
  const headers = { "content-type": "application/x-tar" };
  const body = Readable.from(packContext(request));
  const { signal } = context;
  const options = { method: "POST", query, headers, body, signal } as const;
  const answer = await engine.stream("/build", options).catch((error) => {
    // A Dockerfile without the stage, or one that cannot be read, is told by the status.
    throw rejectedStatus(error) === 0 ? error : refused(`  ${reasonOf(error)}`);
  });
  const last = new LastLines();
  for await (const line of createInterface({ input: answer })) {
    const { stream, error } = JSON.parse(line) as { stream?: string; error?: string };
    const said = (stream ?? error ?? "").trimEnd();
    if (said !== "") context.log("debug", said);
    last.add(said);
    if (error === undefined) continue;
    throw refused(last.text());
  }
  signal.throwIfAborted();
}

/** This builder takes its cache from images only. */
function imageOf(cacheEntry: string): string {
  return cacheOf(cacheEntry).image ?? cacheEntry;
}

/** The build context as a tar stream. */
function packContext({ context, dockerfile }: BuildRequest): ReturnType<typeof pack> {
  const ignored = ignoredBy(context, dockerfile);
  return pack(context, {
    ignore: (path) => path !== context && ignored(relative(context, path)),
    finalize: false,
    finish: (tar) => {
      tar.entry({ name: DOCKERFILE }, readFileSync(dockerfile));
      tar.finalize();
    },
  });
}

/** `<Dockerfile>.dockerignore` wins over `.dockerignore`, as in BuildKit. */
function ignoredBy(context: string, dockerfile: string): (path: string) => boolean {
  const file = [`${dockerfile}.dockerignore`, join(context, ".dockerignore")].find(existsSync);
  if (file === undefined) return () => false;
  const text = readFileSync(file, "utf8");
  const rules = dockerignore.default().add(text);
  // An excluded folder may hold files that a later "!" rule brings back, so then folders stay.
  const brings = /^!/m.test(text);
  return (path) => rules.ignores(path) && !(brings && lstatSync(join(context, path)).isDirectory());
}
