/**
 * The same work on one server or several: on all of them at once, and what became of it.
 *
 * @module
 */

import { type ErrorJson, errorFromJson, errorJson, fail, type HaloyError } from "../core/errors.ts";
import type { ServerConnection } from "../core/hooks.ts";
import type { Secret } from "../core/secret.ts";
import { chosenServers, type ServerChoice } from "./chosen-servers.ts";
import { startRun } from "./run.ts";
import type { Environment } from "./servers.ts";

/** How a command runs. */
export interface ServersOptions {
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** What one server did. */
export interface OnServer<Answer> {
  /** The server's URL. */
  readonly server: string;
  readonly targets: readonly string[];
  readonly answer: Answer;
}

/** A server that failed, and why. */
export interface FailedServer extends Omit<OnServer<unknown>, "answer"> {
  readonly error: ErrorJson;
}

/** What became of `action` on each server. */
export interface OnServers<Answer> {
  /** After "Cannot": `log in to ghcr.io`. */
  readonly action: string;
  readonly done: readonly OnServer<Answer>[];
  readonly failed: readonly FailedServer[];
}

/** The failure of servers as one error. Null: none failed. */
export function failureOf({ action, done, failed }: OnServers<unknown>): HaloyError | null {
  const [first] = failed;
  if (!first) return null;
  if (failed.length + done.length === 1) return errorFromJson(first.error);
  const lines = failed.map(
    ({ server, error }) => `- ${server}: ${error.message.replaceAll("\n", "\n  ")}`,
  );
  const others = done.map(({ server }) => server).join(", ");
  return fail(first.error.code, {
    message: `Cannot ${action} on ${failed.length} of ${failed.length + done.length} servers:\n${lines.join("\n")}${others && `\nDone on ${others}`}`,
    hint: failed.map(({ error }) => error.hint).find(Boolean),
    details: { done, failed },
  });
}

/** Do `work` on all servers at once. A failure on one does not stop it on the others. */
export async function onServers<Answer>(
  choice: ServerChoice,
  { env, signal, action, secret }: ServersOptions & { action: string; secret?: Secret },
  work: (server: ServerConnection, signal: AbortSignal) => Promise<Answer>,
): Promise<OnServers<Answer>> {
  const nobody = () => ({ names: [], leftOut: [], apps: [] });
  return await startRun("status", nobody, { signal }, async (workspace) => {
    if (secret) workspace.masker.add(secret);
    const done: OnServer<Answer>[] = [];
    const failed: FailedServer[] = [];
    const servers = await chosenServers(choice, workspace, env);
    const settled = await Promise.allSettled(
      servers.map(({ connection }) => work(connection, workspace.signal)),
    );
    workspace.signal.throwIfAborted();
    for (const [index, { connection, targets }] of servers.entries()) {
      const about = { server: connection.url, targets };
      const result = settled[index];
      if (result?.status === "fulfilled") done.push({ ...about, answer: result.value });
      else failed.push({ ...about, error: errorJson(result?.reason) });
    }
    return workspace.masker.maskData({ action, done, failed });
  });
}
