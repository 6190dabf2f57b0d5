/**
 * `haloy server version`.
 *
 * @module
 */

import process from "node:process";
import { connect } from "../../client/connection.ts";
import { open } from "../../client/pipeline.ts";
import { startRun } from "../../client/run.ts";
import { findToken, serverUrl } from "../../client/servers.ts";
import { Session } from "../../client/session.ts";
import type { VersionAnswer } from "../../wire/routes.ts";
import { cancelOnSignal } from "../cancel.ts";
import { stderr, stdout } from "../output.ts";
import { bold } from "../render/style.ts";
import { loadTarget, printJson, type TargetFlags } from "../session.ts";

/** Flags of `server version`. */
export interface ServerVersionFlags extends Pick<TargetFlags, "config" | "json"> {
  readonly server?: string | undefined;
}

interface Found extends VersionAnswer {
  readonly server: string;
}

/** Print the version of haloyd on a server: the named one, else the config's. */
export async function serverVersion(flags: ServerVersionFlags): Promise<void> {
  using cancellation = cancelOnSignal(() => stderr.line("Cancelling…"));
  const { signal } = cancellation;
  const { server } = flags;
  const found = await (server === undefined ? ofConfig(flags, signal) : ofServer(server, signal));
  if (flags.json) printJson(found);
  else stdout.line(`${bold(found.server)}  haloyd ${found.haloyd}`);
}

async function ofServer(server: string, signal: AbortSignal): Promise<Found> {
  const { token, source } = await findToken({ server, env: process.env });
  const connection = connect({ url: serverUrl(server), token, tokenSource: source });
  const answer = await connection.json<VersionAnswer>("/v1/version", { signal });
  return { ...answer, server: connection.url };
}

async function ofConfig(flags: ServerVersionFlags, signal: AbortSignal): Promise<Found> {
  const loaded = await loadTarget(flags);
  const session = new Session(loaded, process.env);
  try {
    return await startRun("status", loaded.config.name, { signal }, async (workspace) => {
      const { server: connection } = await open(session, workspace);
      const answer = await connection.json<VersionAnswer>("/v1/version", {
        signal: workspace.signal,
      });
      return { ...answer, server: connection.url };
    }).result;
  } finally {
    await session.close();
  }
}
