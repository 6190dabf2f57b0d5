/**
 * Caddy's admin API: read the configuration, change one part of it, count requests in flight.
 *
 * @module
 */

import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { fail, reasonOf } from "../../../plugin.ts";

/** A read that meets a reload may find its connection reset: Caddy replaces this listener too. */
const READ_TRIES = 4;
const READ_RETRY_MS = 100;
const READ_TIMEOUT_MS = 10_000;
/** A write returns when the new configuration serves and the old one's shutdown delay is over. */
const WRITE_TIMEOUT_MS = 60_000;

/** How to change a part of the configuration. `PUT` makes what is missing on the way. */
export type Change = "PUT" | "PATCH";

/** An answer of the admin API. */
interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: string;
}

/** The configuration at one moment. */
export interface Snapshot {
  readonly config: unknown;
  /** Names this state of it: {@link AdminClient.change} refuses when it is no longer true. */
  readonly etag: string | null;
}

/** One Caddy. Every call has its own connection: a reload closes idle ones. */
export class AdminClient {
  readonly #address: string;
  readonly #connect: { readonly socketPath: string } | { readonly host: string; port: number };
  readonly #headers: Readonly<Record<string, string>>;

  /** `address` is `http://host:port` or `unix:///path`. */
  constructor(address: string) {
    this.#address = address;
    if (address.startsWith("unix://")) {
      this.#connect = { socketPath: address.slice("unix://".length) };
      // Over a Unix socket Caddy 2.6 accepts no host name but the empty one; newer ones do too.
      this.#headers = { host: "" };
      return;
    }
    const url = new URL(address);
    const port = Number(url.port || 80);
    this.#connect = { host: url.hostname.replace(/^\[|\]$/g, ""), port };
    // Caddy compares both with the address it listens at.
    this.#headers = { host: url.host, origin: url.origin };
  }

  /** The whole configuration. Throws `ROUTER_UNREACHABLE` and `ROUTER_REJECTED`. */
  async read(): Promise<Snapshot> {
    const { body, etag } = await this.#get("/config/");
    return { config: body.trim() === "" ? null : JSON.parse(body), etag };
  }

  /**
   * Change what stands at `path`. Gives back what came of it: `stale` when the configuration is
   * not the one `etag` names, `lost` when the connection broke and nobody knows.
   */
  async change(
    change: Change,
    path: string,
    value: unknown,
    etag: string | null,
  ): Promise<"done" | "stale" | "lost"> {
    const match: Record<string, string> = etag === null ? {} : { "if-match": etag };
    let answer: Answer;
    try {
      answer = await this.#send(change, `/config${path}`, WRITE_TIMEOUT_MS, value, match);
    } catch (cause) {
      if (isRefused(cause)) throw this.#unreachable(cause);
      return "lost";
    }
    if (answer.status === 412) return "stale";
    if (answer.status !== 200) throw this.#rejected(answer);
    return "done";
  }

  /** Requests in flight by upstream (`address:port`). Upstreams that no configuration names are absent. */
  async requestsInFlight(): Promise<ReadonlyMap<string, number>> {
    const { body } = await this.#get("/reverse_proxy/upstreams");
    const upstreams = JSON.parse(body) as
      | readonly { readonly address: string; readonly num_requests: number }[]
      | null;
    return new Map((upstreams ?? []).map((one) => [one.address, one.num_requests]));
  }

  async #get(path: string): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await this.#send("GET", path, READ_TIMEOUT_MS);
        if (answer.status !== 200) throw this.#rejected(answer);
        return answer;
      } catch (cause) {
        if (!isBroken(cause)) throw cause;
        if (tries === READ_TRIES) throw this.#unreachable(cause);
      }
      await new Promise((resolve) => setTimeout(resolve, READ_RETRY_MS * tries));
    }
  }

  async #send(
    method: string,
    path: string,
    timeoutMs: number,
    json?: unknown,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const payload = json === undefined ? undefined : JSON.stringify(json);
    const headers = {
      ...this.#headers,
      ...more,
      ...(payload === undefined
        ? {}
        : {
            "content-type": "application/json",
            "content-length": String(Buffer.byteLength(payload)),
          }),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(
        { ...this.#connect, method, path, headers, agent: false, setHost: false, signal },
        resolve,
      )
        .once("error", (cause) => reject(new BrokenConnection(cause)))
        .end(payload);
    });
    const etag = response.headers.etag ?? null;
    try {
      return { status: response.statusCode ?? 0, etag, body: await text(response) };
    } catch (cause) {
      throw new BrokenConnection(cause);
    }
  }

  #unreachable(cause: unknown): unknown {
    const broken = cause instanceof BrokenConnection ? cause.cause : cause;
    return fail("ROUTER_UNREACHABLE", {
      message: `Cannot reach Caddy's admin API at ${this.#address}: ${reasonOf(broken)}`,
      hint: `Is Caddy running ("systemctl status caddy"), and does its admin API listen there?`,
      cause: broken,
    });
  }

  #rejected({ status, body }: Answer): unknown {
    let said = body.trim();
    try {
      said = (JSON.parse(body) as { error?: string }).error ?? said;
    } catch {
      // Not JSON: the text itself is all there is.
    }
    return fail("ROUTER_REJECTED", {
      message: `Cannot configure Caddy at ${this.#address}: it answered ${status}: ${said}`,
      hint: "Nothing was changed: Caddy goes on with its last good configuration",
      details: { status },
    });
  }
}

/** No answer, or not all of it. */
class BrokenConnection extends Error {
  constructor(cause: unknown) {
    super(reasonOf(cause), { cause });
  }
}

function isBroken(error: unknown): error is BrokenConnection {
  return error instanceof BrokenConnection;
}

/** Nothing was sent, because nobody listens. */
function isRefused(error: unknown): boolean {
  const code = ((error as Error).cause as { code?: unknown } | undefined)?.code;
  return code === "ECONNREFUSED" || code === "ENOENT" || code === "EACCES";
}
