/**
 * One HTTP request to a container, from the host: is it healthy?
 *
 * @module
 */

import { type IncomingMessage, request } from "node:http";
import { reasonOf } from "../../../plugin.ts";

/** How long one probe may take. */
const PROBE_TIMEOUT_MS = 5000;
/** How much of an answer is kept as evidence. */
const BODY_BYTES = 500;

/** Where to ask. */
export interface ProbeTarget {
  /** `address:port`. */
  readonly upstream: string;
  readonly path: string;
  /** The name by which the app is asked: apps that check it know their own domain. */
  readonly hostName: string | null;
}

/** What an app answered. Plain data: it becomes part of an error's details. */
export interface Probe {
  /** Null without an answer. */
  readonly status: number | null;
  /** At most the first 500 bytes. */
  readonly body: string;
  /** Why there is no answer. */
  readonly error: string | null;
}

/** What one look at a container said, by a probe or by Docker. */
export interface Verdict {
  readonly state: "healthy" | "waiting" | "unhealthy";
  /** What was asked and what came of it: `GET /health 200`. */
  readonly said: string;
  readonly probe: Probe;
  /** When there is better advice than the probe suggests. */
  readonly advice?: string;
}

/** 2xx and 3xx are healthy; redirects are not followed. */
export function isHealthy({ status }: Probe): boolean {
  return status !== null && status >= 200 && status < 400;
}

/** Ask once. Never throws, but for an abort. */
export async function probe(target: ProbeTarget, signal: AbortSignal): Promise<Probe> {
  const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  let status: number | null = null;
  try {
    const response = await send(target, AbortSignal.any([signal, timeout]));
    status = response.statusCode ?? null;
    return { status, body: await firstBytes(response), error: null };
  } catch (cause) {
    signal.throwIfAborted();
    const seconds = PROBE_TIMEOUT_MS / 1000;
    const error = timeout.aborted ? `no answer within ${seconds} s` : connectionError(cause);
    return { status, body: "", error };
  }
}

function send({ upstream, path, hostName }: ProbeTarget, signal: AbortSignal) {
  const at = upstream.lastIndexOf(":");
  const [host, port] = [upstream.slice(0, at), Number(upstream.slice(at + 1))];
  const headers = { host: hostName ?? upstream, "user-agent": "haloy-health-check", accept: "*/*" };
  return new Promise<IncomingMessage>((resolve, reject) => {
    request({ host, port, path, headers, agent: false, signal }, resolve)
      .once("error", reject)
      .end();
  });
}

async function firstBytes(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= BODY_BYTES) break;
  }
  response.destroy();
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, BODY_BYTES));
}

/** The runtimes have different names for the same failure. */
function connectionError(cause: unknown): string {
  const said = `${(cause as { code?: unknown } | null)?.code ?? ""} ${reasonOf(cause)}`;
  if (/ECONNREFUSED|ConnectionRefused|Unable to connect/i.test(said)) return "connection refused";
  if (/ECONNRESET|ConnectionClosed|socket hang up|closed unexpectedly/i.test(said)) {
    return "the app closed the connection without an answer";
  }
  return reasonOf(cause);
}
