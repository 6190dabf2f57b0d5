/**
 * Pulls and pushes by an engine: the same request both ways, and the same kinds of refusal.
 *
 * @module
 */

import { text } from "node:stream/consumers";
import { fail, isHaloyError } from "../../core/errors.ts";
import { parseReference, printReference, registryHost, registryOf } from "../../core/reference.ts";
import { describeEngine, type EngineClient } from "../client.ts";
import { lines } from "../lines.ts";
import { registryAuth } from "./auth.ts";
import { type Attempt, registryRefusal } from "./refusal.ts";

/** Statuses with which engines pass on what a registry said. */
const REFUSALS = [400, 401, 403, 404, 429, 500, 502, 503, 504] as const;

/** What is pulled or pushed. A reference without tag and digest means `latest`. */
export interface Transfer extends Attempt {
  readonly signal: AbortSignal;
}

/** A line of what an engine says meanwhile. */
export interface TransferLine {
  readonly status?: string;
  /** The short name of a layer, mostly. */
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly aux?: unknown;
}

/**
 * Pull or push, and give what the engine says. It is done when this ends.
 *
 * @throws one of the codes in `refusal.ts`; `CONFIG_INVALID` when the login is for another registry
 * than the image's; `ENGINE_UNREACHABLE` when the engine goes away.
 */
export async function* transferImage(
  engine: EngineClient,
  transfer: Transfer,
): AsyncGenerator<TransferLine, void, void> {
  const { action, login, signal } = transfer;
  checkRegistry(transfer);
  const { path, query } = requestOf(transfer);
  const answer = await engine.stream(path, {
    method: "POST",
    query,
    headers: registryAuth(login),
    expect: REFUSALS,
    signal,
  });
  try {
    if ((answer.statusCode ?? 0) >= 300) {
      throw registryRefusal(transfer, messageIn(await text(answer)));
    }
    for await (const line of lines(answer)) {
      if (line.trim() === "") continue;
      // A refusal may also be an answer with status 200 and an error somewhere in its lines.
      const said = JSON.parse(line) as TransferLine & { readonly error?: string };
      if (said.error) throw registryRefusal(transfer, said.error);
      yield said;
    }
    signal.throwIfAborted();
  } catch (cause) {
    signal.throwIfAborted();
    if (isHaloyError(cause)) throw cause;
    throw fail("ENGINE_UNREACHABLE", {
      message: `Cannot ${action} "${transfer.reference}": the Docker Engine at ${describeEngine(engine.address)} broke off in the middle`,
      hint: "Is Docker running? Try again",
      cause,
    });
  } finally {
    answer.destroy();
  }
}

/** Engines send whatever credentials they are given to whichever registry the name leads to. */
function checkRegistry({ action, reference, login }: Transfer): void {
  const registry = registryHost(registryOf(reference));
  if (login === null || registryHost(login.registry) === registry) return;
  throw fail("CONFIG_INVALID", {
    message: `Cannot ${action} "${reference}": it is an image of ${registry}, and the login in the config is for ${login.registry}`,
    hint: `Write "${login.registry}/" in front of the repository, or correct "image.registry.server"`,
  });
}

function requestOf({ action, reference }: Transfer): {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
} {
  const parsed = parseReference(reference);
  if ("problem" in parsed) throw new Error(`Cannot ${action}: ${parsed.problem}`);
  const repository = printReference({ ...parsed, tag: null, digest: null });
  const { digest, tag = null } = parsed;
  if (action === "push")
    return { path: `/images/${repository}/push`, query: { tag: tag ?? "latest" } };
  const fromImage =
    digest === null ? `${repository}:${tag ?? "latest"}` : `${repository}@${digest}`;
  return { path: "/images/create", query: { fromImage } };
}

function messageIn(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body;
  }
}
