/**
 * Finding a docker command that builds with BuildKit.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { HookContext } from "../../plugin.ts";

/** A docker command that can build. */
export interface DockerCommand {
  readonly file: string;
  /** It builds through buildx; else, before 23, with the engine's BuildKit itself. */
  readonly buildx: boolean;
}

/** The docker command of this computer, or null when there is none that builds with BuildKit. */
export async function findDocker(context: HookContext): Promise<DockerCommand | null> {
  const file = onPath("docker", context.env.PATH ?? "");
  if (file === null) return null;
  if ((await output(file, ["buildx", "version"], context)) !== "") return { file, buildx: true };
  // Clients before 23 speak to the engine's BuildKit themselves; later ones need buildx for it.
  const version = await output(file, ["version", "--format", "{{.Client.Version}}"], context);
  const major = Number(version.split(".")[0]);
  return major > 0 && major < 23 ? { file, buildx: false } : null;
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
