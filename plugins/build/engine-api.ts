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
import type { EngineClient } from "../../engine/client.ts";
import { type BuildRequest, fail, type HookContext, Secret } from "../../plugin.ts";
import { LastLines } from "./last-lines.ts";

/** Where the Dockerfile lies in the tar: it may come from outside the context. */
const DOCKERFILE = ".haloy.Dockerfile";

/**
 * Build and tag.
 *
 * @throws `BUILD_FAILED` with the build's own last lines.
 */
export async function buildWithApi(
  engine: EngineClient,
  request: BuildRequest,
  reference: string,
  context: HookContext,
): Promise<void> {
  const { platform, args } = request;
  const buildargs = Object.fromEntries(
    args.map(({ name, value }) => [name, value instanceof Secret ? value.reveal() : value]),
  );
  const info = await engine.json<{ Architecture: string; Os: string }>("/version");
  const native = platform === `linux/${info.Architecture}`.replace("x86_64", "amd64");
  const answer = await engine.stream("/build", {
    method: "POST",
    query: {
      t: reference,
      dockerfile: DOCKERFILE,
      buildargs: JSON.stringify(buildargs),
      platform: native ? undefined : platform,
      rm: true,
      forcerm: true,
    },
    headers: { "content-type": "application/x-tar" },
    body: Readable.from(packContext(request)),
    signal: context.signal,
  });
  const last = new LastLines();
  for await (const line of createInterface({ input: answer })) {
    const { stream, error } = JSON.parse(line) as { stream?: string; error?: string };
    const said = (stream ?? error ?? "").trimEnd();
    if (said !== "") context.log("debug", said);
    last.add(said);
    if (error === undefined) continue;
    throw fail("BUILD_FAILED", {
      message: `Cannot build ${reference}: the Docker Engine refused. Its last lines:\n${last.text()}`,
      hint: "Correct the build; with a docker command and BuildKit installed, those are used instead",
    });
  }
  context.signal.throwIfAborted();
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
