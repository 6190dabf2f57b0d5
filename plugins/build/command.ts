/**
 * Building with the docker command, so that BuildKit, its cache and the user's builders work.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { engineAddress } from "../../engine/client.ts";
import { type BuildRequest, fail, type HookContext, Secret } from "../../plugin.ts";
import { LastLines } from "./last-lines.ts";

/** A docker command that can build. */
export interface DockerCommand {
  readonly file: string;
  /** Arguments of the build command: BuildKit through buildx, or built into the engine. */
  readonly build: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The docker command of this computer, or null when there is none that builds with BuildKit. */
export async function findDocker(context: HookContext): Promise<DockerCommand | null> {
  const file = onPath("docker", context.env.PATH ?? "");
  if (file === null) return null;
  const buildx = await succeeds(file, ["buildx", "version"], context);
  if (buildx) return { file, build: ["buildx", "build", "--load"], env: {} };
  // Clients before 23 speak to the engine's BuildKit themselves; later ones need buildx for it.
  const version = await output(file, ["version", "--format", "{{.Client.Version}}"], context);
  const major = Number(version.split(".")[0]);
  return major > 0 && major < 23 ? { file, build: ["build"], env: { DOCKER_BUILDKIT: "1" } } : null;
}

/**
 * Variables that change what docker does, or where it does it.
 */
const DOCKERS_OWN =
  /^(?:PATH|HOME|TMPDIR|GODEBUG|(?:LD|DYLD|XDG|DOCKER|BUILDX|BUILDKIT|SSH|SSL|OTEL)_.*|.*_PROXY)$/i;

/**
 * Build and tag. Secret build arguments travel in the environment: the command line is public.
 *
 * @throws `BUILD_FAILED` with the build's own last lines, or for a secret argument that docker
 *   would take for a setting of its own.
 */
export async function buildWithCommand(
  docker: DockerCommand,
  request: BuildRequest,
  reference: string,
  context: HookContext,
): Promise<void> {
  const { context: folder, dockerfile, platform, args } = request;
  const env = { ...context.env, ...docker.env, ...engineEnv(context) };
  const secrets = secretValues(args, env);
  const argv = [
    ...docker.build,
    "--progress=plain",
    `--platform=${platform}`,
    `--file=${dockerfile}`,
    `--tag=${reference}`,
    // Without attestations an unchanged build gives an unchanged image.
    ...(docker.build[0] === "buildx" ? ["--provenance=false"] : []),
    ...args.map(({ name, value }) =>
      value instanceof Secret ? `--build-arg=${name}` : `--build-arg=${name}=${value}`,
    ),
    folder,
  ];
  const last = new LastLines();
  const child = spawn(docker.file, argv, {
    env: { ...env, ...secrets } as NodeJS.ProcessEnv,
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
  context.signal.addEventListener("abort", end, { once: true });
  const reading = [child.stdout, child.stderr].map(async (stream) => {
    for await (const line of createInterface({ input: stream })) {
      last.add(line);
      if (line.trim() !== "") context.log("debug", line);
    }
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    await Promise.all(reading);
    context.signal.throwIfAborted();
    if (code === 0) return;
    throw fail("BUILD_FAILED", {
      message: `Cannot build ${reference}: docker ended with exit code ${code}. Its last lines:\n${last.text()}`,
      hint: `Correct the build; it runs with: docker build --file ${dockerfile} ${folder}`,
    });
  } finally {
    context.signal.removeEventListener("abort", end);
  }
}

/** Values of secret arguments, by name. */
function secretValues(args: BuildRequest["args"], env: HookContext["env"]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { name, value } of args) {
    if (!(value instanceof Secret)) continue;
    const secret = value.reveal();
    // Passing on what docker is told anyway, a proxy's address for example, changes nothing.
    if (DOCKERS_OWN.test(name) && env[name] !== secret) {
      throw fail("BUILD_FAILED", {
        message: `Cannot build with the secret build argument "${name}": docker would take it for a setting of its own`,
        hint: `Give it another name in the config and in the Dockerfile, for example "APP_${name}"`,
      });
    }
    values[name] = secret;
  }
  return values;
}

/** The command must build in the same engine that we read the image from. */
function engineEnv(context: HookContext): Record<string, string> {
  const address = engineAddress(context.env);
  return "socketPath" in address ? { DOCKER_HOST: `unix://${address.socketPath}` } : {};
}

function onPath(name: string, path: string): string | null {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this one.
    }
  }
  return null;
}

async function succeeds(file: string, argv: string[], context: HookContext): Promise<boolean> {
  return (await output(file, argv, context)) !== "";
}

/** What a command prints, or nothing when it fails. */
function output(file: string, argv: string[], { env, signal }: HookContext): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(file, argv, {
      env: env as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "ignore"],
      signal,
    });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.once("error", () => resolve(""));
    child.once("close", (code) => resolve(code === 0 ? text.trim() || "ok" : ""));
  });
}
