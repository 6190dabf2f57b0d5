/**
 * Brings one Caddy to a wanted set of routes in one write, and waits for what it replaced.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import { fail, type Route, reasonOf } from "../../../plugin.ts";
import { AdminClient, type Change } from "./admin.ts";
import { type CaddyServer, SERVER, serverConfig, withoutDraining } from "./config.ts";
import { otherSpelling } from "./listen.ts";

/** Another writer may win the race for a change; more often than this is not a race. */
const WRITE_TRIES = 5;
const DRAIN_LIMIT_MS = 30_000;
const DRAIN_FIRST_POLL_MS = 10;
const DRAIN_LAST_POLL_MS = 250;

type Json = Readonly<Record<string, unknown>>;

/** What Caddy is to serve. */
export interface Wanted {
  readonly routes: readonly Route[];
  readonly listen: readonly string[];
  /** How long a replaced server lingers to send its clients to the new one. */
  readonly shutdownDelayMs: number;
}

/** One write to the admin API. */
interface Write {
  readonly change: Change;
  readonly path: string;
  readonly value: unknown;
}

/** Caddy behind one admin API. Changes are applied one after the other. */
export class Router {
  readonly #admin: AdminClient;
  /** Upstreams that somebody waits for, each as often as it is waited for. */
  readonly #draining: Map<string, number> = new Map();
  #last: Promise<unknown> = Promise.resolve();

  /** `admin` is `http://host:port` or `unix:///path`. */
  constructor(admin: string) {
    this.#admin = new AdminClient(admin);
  }

  /**
   * Make Caddy serve exactly what is wanted, then wait until the `draining` upstreams have no
   * request in flight, at most 30 s. Gives back whether anything was written. Throws
   * `ROUTER_UNREACHABLE` and `ROUTER_REJECTED`. Once Caddy serves what is wanted nothing fails any
   * more: what cuts the waiting short is a warning.
   */
  async apply(
    wanted: Wanted,
    draining: readonly string[],
    { signal, warn }: { readonly signal: AbortSignal; warn(message: string): void },
  ): Promise<boolean> {
    // Another app's change in the meantime must keep the counters that we wait for.
    for (const upstream of draining) this.#count(upstream, 1);
    try {
      const turn = this.#last.then(() => this.#write(wanted));
      this.#last = turn.catch(() => {});
      const changed = await turn;
      await this.#drain(draining, signal, warn).catch((error: unknown) => {
        warn(`Not waiting for requests to ${draining.join(", ")} any longer: ${reasonOf(error)}`);
      });
      return changed;
    } finally {
      for (const upstream of draining) this.#count(upstream, -1);
    }
  }

  /** Throws `ROUTER_UNREACHABLE` when Caddy does not answer. */
  async check(): Promise<void> {
    await this.#admin.read();
  }

  async #write(wanted: Wanted): Promise<boolean> {
    let wrote = false;
    for (let tries = 1; tries <= WRITE_TRIES; tries += 1) {
      const { config, etag } = await this.#admin.read();
      const write = wantedWrite(config, wanted, [...this.#draining.keys()]);
      if (write === null) return wrote;
      wrote = true;
      const result = await this.#admin.change(write.change, write.path, write.value, etag);
      // After a broken connection only reading again tells whether the change was made.
      if (result === "done") return true;
    }
    throw fail("ROUTER_REJECTED", {
      message: "Cannot configure Caddy: somebody else changes its configuration all the time",
      hint: "Find out what else writes to Caddy's admin API, and try again",
    });
  }

  async #drain(
    upstreams: readonly string[],
    signal: AbortSignal,
    warn: (message: string) => void,
  ): Promise<void> {
    if (upstreams.length === 0) return;
    const deadline = performance.now() + DRAIN_LIMIT_MS;
    for (let wait = DRAIN_FIRST_POLL_MS; ; wait = Math.min(wait * 2, DRAIN_LAST_POLL_MS)) {
      signal.throwIfAborted();
      const inFlight = await this.#admin.requestsInFlight();
      const busy = upstreams.filter((upstream) => (inFlight.get(upstream) ?? 0) > 0);
      if (busy.length === 0) return;
      if (performance.now() >= deadline) {
        const requests = busy.reduce((sum, upstream) => sum + (inFlight.get(upstream) ?? 0), 0);
        warn(`${requests} requests to ${busy.join(", ")} have not ended after 30 s: going on`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  #count(upstream: string, change: 1 | -1): void {
    const count = (this.#draining.get(upstream) ?? 0) + change;
    if (count > 0) this.#draining.set(upstream, count);
    else this.#draining.delete(upstream);
  }
}

/** What to write so that `config` serves what is wanted. Null: it does already. */
export function wantedWrite(
  config: unknown,
  { routes, listen, shutdownDelayMs }: Wanted,
  draining: readonly string[],
): Write | null {
  const http = child(child(config, "apps"), "http");
  const servers = child(http, "servers") ?? {};
  const ours = servers[SERVER] as CaddyServer | undefined;
  const serving = routes.flatMap(({ upstreams }) => upstreams);
  const gone = draining.filter((upstream) => !serving.includes(upstream));

  const replaces = ours !== undefined && isDeepStrictEqual(ours.listen, listen);
  const wanted = serverConfig(routes, replaces ? listen.map(otherSpelling) : listen, gone);
  const same = ours !== undefined && equal(ours, wanted, listen);
  // The application's own settings hold for all of its servers, so they are ours only alone.
  if (!Object.keys(servers).every((name) => name === SERVER)) {
    const path = `/apps/http/servers/${SERVER}`;
    return same ? null : { change: ours === undefined ? "PUT" : "PATCH", path, value: wanted };
  }
  const delay = `${shutdownDelayMs}ms`;
  if (same && http?.shutdown_delay === delay) return null;
  return {
    change: http === undefined ? "PUT" : "PATCH",
    path: "/apps/http",
    value: { ...http, shutdown_delay: delay, servers: { [SERVER]: wanted } },
  };
}

function equal(actual: CaddyServer, wanted: CaddyServer, listen: readonly string[]): boolean {
  const spellings = [listen, listen.map(otherSpelling)];
  if (!spellings.some((spelling) => isDeepStrictEqual(spelling, actual.listen))) return false;
  if (!Array.isArray(actual.routes)) return false;
  return isDeepStrictEqual(
    withoutDraining({ ...actual, listen }),
    withoutDraining({ ...wanted, listen }),
  );
}

function child(parent: unknown, key: string): Json | undefined {
  if (parent === null || typeof parent !== "object") return undefined;
  const value = (parent as Json)[key];
  return value !== null && typeof value === "object" ? (value as Json) : undefined;
}
