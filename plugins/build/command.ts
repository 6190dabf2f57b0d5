/**
 * Building with the docker command, so that BuildKit, its cache and the user's builders work.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { engineAddress } from "../../engine/client.ts";
import { type BuildRequest, fail, type HookContext, reasonOf, Secret } from "../../plugin.ts";
import { cacheOf } from "./cache.ts";
import { failureHint } from "./failure-hint.ts";
import type { DockerCommand } from "./find-docker.ts";
import { LastLines } from "./last-lines.ts";
import { secretValues } from "./secret-values.ts";

/**
 * Build and tag. Secret values travel in the environment: the command line is public.
 *
 * @throws `BUILD_FAILED` with the build's own last lines, or for a secret value that cannot
 *   travel.
 */
export async function buildWithCommand(
  docker: DockerCommand,
  request: BuildRequest,
  reference: string,
  context: HookContext,
): Promise<void> {
  const env = {
    ...context.env,
    ...(docker.buildx ? {} : { DOCKER_BUILDKIT: "1" }),
    ...engineEnv(context),
  };
  const secrets = secretValues(request, env);
  const argv = [
    ...(docker.buildx ? ["buildx", "build", "--load"] : ["build"]),
    "--progress=plain",
    `--tag=${reference}`,
    // Without attestations an unchanged build gives an unchanged image.
    ...(docker.buildx ? ["--provenance=false"] : []),
    ...request.args.map(({ name, value }) =>
      value instanceof Secret ? `--build-arg=${name}` : `--build-arg=${name}=${value}`,
    ),
    ...secrets.flags,
    ...(docker.buildx ? buildxCache(request) : plainCache(request)),
    ...whatToBuild(request),
  ];
  const { code, last } = await run(docker.file, argv, { ...env, ...secrets.env }, context).catch(
    (error) => {
      context.signal.throwIfAborted();
      throw fail("BUILD_FAILED", {
        message: `Cannot build ${reference}: docker does not start: ${reasonOf(error)}`,
        hint: `Try it by hand: ${docker.file} version`,
        cause: error,
      });
    },
  );
  context.signal.throwIfAborted();
  if (code === 0) return;
  throw fail("BUILD_FAILED", {
    message: `Cannot build ${reference}: docker ended with exit code ${code}. Its last lines:\n${last.text()}`,
    hint:
      failureHint(last.text(), request) ??
      `Correct the build; it runs with: docker build ${whatToBuild(request).join(" ")}`,
  });
}

function whatToBuild({ context, dockerfile, platforms, stage }: BuildRequest): string[] {
  return [
    `--platform=${platforms.join(",")}`,
    ...(stage === null ? [] : [`--target=${stage}`]),
    `--file=${dockerfile}`,
    context,
  ];
}

function buildxCache({ cacheFrom, cacheTo }: BuildRequest): string[] {
  return [
    ...cacheFrom.map((entry) => `--cache-from=${entry}`),
    ...cacheTo.map((entry) => `--cache-to=${entry}`),
  ];
}

/** Before buildx the command knew cached images only, and a cache kept in the image itself. */
function plainCache({ cacheFrom, cacheTo }: BuildRequest): string[] {
  return [
    ...cacheFrom.map((entry) => `--cache-from=${cacheOf(entry).image ?? entry}`),
    ...(cacheTo.length > 0 ? ["--build-arg=BUILDKIT_INLINE_CACHE=1"] : []),
  ];
}

/** Run docker to its end, its lines to the log; a cancelled run is ended with all it started. */
async function run(
  file: string,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { signal, log }: HookContext,
): Promise<{ code: number | null; last: LastLines }> {
  const last = new LastLines();
  const child = spawn(file, argv, {
    env: env as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that a cancellation ends everything the command started.
    detached: true,
  });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended already.
    }
  };
  signal.addEventListener("abort", end, { once: true });
  const reading = [child.stdout, child.stderr].map(async (stream) => {
    for await (const line of createInterface({ input: stream })) {
      last.add(line);
      if (line.trim() !== "") log("debug", line);
    }
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    await Promise.all(reading);
    return { code, last };
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** The command must build in the same engine that we read the image from. */
function engineEnv(context: HookContext): Record<string, string> {
  const address = engineAddress(context.env);
  return "socketPath" in address ? { DOCKER_HOST: `unix://${address.socketPath}` } : {};
}
