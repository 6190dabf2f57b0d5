/**
 * The configuration we want Caddy to have: one server with routes for each app.
 *
 * @module
 */

import type { Route } from "../../../plugin.ts";

/** The name of our server in Caddy's configuration. Everything else belongs to others. */
export const SERVER = "haloy";

/** Marks the route that only keeps the counters of draining upstreams alive. */
const DRAIN_GROUP = "haloy-drain";

/** A route in Caddy's configuration, as far as we look into it. */
interface CaddyRoute {
  readonly group?: string;
  readonly match?: readonly unknown[];
  readonly handle: readonly unknown[];
  readonly terminal?: boolean;
}

/** Our server in Caddy's configuration. */
export interface CaddyServer {
  readonly listen: readonly string[];
  readonly automatic_https: { readonly disable: true };
  readonly routes: readonly CaddyRoute[];
}

/** The server for `routes`, with `draining` upstreams still counted. */
export function serverConfig(
  routes: readonly Route[],
  listen: readonly string[],
  draining: readonly string[],
): CaddyServer {
  const sorted = [...routes].sort((a, b) => (a.app < b.app ? -1 : 1));
  return {
    listen,
    automatic_https: { disable: true },
    routes: [
      goodbye,
      ...(draining.length > 0 ? [drainRoute(draining)] : []),
      ...sorted.map((route) => withHosts(route, (host) => !isWildcard(host))).flatMap(appRoute),
      // The first route that fits is taken: a name of its own comes before what fits many names.
      ...sorted.map((route) => withHosts(route, isWildcard)).flatMap(appRoute),
      unknownHost,
    ],
  };
}

/** `server` without what says nothing about where requests go: draining upstreams. */
export function withoutDraining(server: CaddyServer): CaddyServer {
  return { ...server, routes: server.routes.filter(({ group }) => group !== DRAIN_GROUP) };
}

/**
 * While a replaced server lingers it asks its clients to open a new connection, which leads to
 * the new server. Without this, Caddy closes connections on which a request is just arriving.
 */
const goodbye: CaddyRoute = {
  match: [{ vars: { "{http.shutting_down}": ["true"] } }],
  handle: [{ handler: "headers", response: { set: { Connection: ["close"] } } }],
};

/**
 * Caddy forgets how many requests an upstream has as soon as no configuration names it, although
 * the replaced server still waits for answers. No request matches this route: it has no host.
 */
function drainRoute(draining: readonly string[]): CaddyRoute {
  return {
    group: DRAIN_GROUP,
    match: [{ host: ["draining.invalid"], not: [{ path: ["*"] }] }],
    handle: [{ handler: "reverse_proxy", upstreams: dials(draining) }],
  };
}

/** The route for those of its host names that `wanted` picks. */
function withHosts(route: Route, wanted: (host: string) => boolean): Route {
  return { ...route, hosts: route.hosts.filter(wanted) };
}

/** In a name, Caddy's `*` stands for one label, as it does in ours. */
function isWildcard(host: string): boolean {
  return host.startsWith("*.");
}

/** Caddy's route for an app. None without a host name. */
function appRoute({ app, hosts, upstreams }: Route): CaddyRoute[] {
  if (hosts.length === 0) return [];
  const handler =
    upstreams.length > 0
      ? proxy(upstreams)
      : respond(503, `The app "${app}" has no running container\n`);
  return [{ match: [{ host: [...hosts] }], handle: [handler], terminal: true }];
}

const unknownHost: CaddyRoute = {
  handle: [respond(404, "No app is served under this host name\n")],
};

function proxy(upstreams: readonly string[]): unknown {
  return {
    handler: "reverse_proxy",
    upstreams: dials(upstreams),
    load_balancing: {
      selection_policy: { policy: "least_conn" },
      // A replica that refuses connections is no reason to fail while another one answers.
      try_duration: "2s",
      try_interval: "50ms",
    },
    // With one upstream there is nowhere else to go: then a failure must not shut it out.
    ...(upstreams.length > 1
      ? { health_checks: { passive: { fail_duration: "5s", max_fails: 1 } } }
      : {}),
    transport: {
      protocol: "http",
      dial_timeout: "1s",
      // Shorter than any common app server keeps an idle connection: whoever closes first must
      // be Caddy, or a request is lost that was sent at that moment.
      keep_alive: { probe_interval: "30s", max_idle_conns_per_host: 32, idle_timeout: "1s" },
    },
  };
}

function dials(upstreams: readonly string[]): readonly { readonly dial: string }[] {
  return [...upstreams].sort().map((dial) => ({ dial }));
}

function respond(status: number, body: string): unknown {
  return {
    handler: "static_response",
    status_code: status,
    headers: { "Content-Type": ["text/plain; charset=utf-8"] },
    body,
  };
}
